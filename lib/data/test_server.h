// A tiny HTTP server for tests: one file, on a port of its own, with ranges.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace elubench::data {

class TestServer {
 public:
  struct Behaviour {
    std::size_t cut_after = std::string::npos;  // close the connection after so many bytes of content
    bool ranges = true;                         // or always send the whole file
    int refuse_with = 0;                        // an HTTP status
  };

  TestServer(std::string content, Behaviour behaviour) : content_(std::move(content)), behaviour_(behaviour) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 8);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TestServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string site() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The first byte that each request so far asked for.
  std::vector<std::size_t> starts() {
    const std::lock_guard guard(mutex_);
    return starts_;
  }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      answer(connection, request(connection));
      ::close(connection);
    }
  }

  static std::string request(int connection) {
    std::string text;
    char byte = 0;
    while (text.find("\r\n\r\n") == std::string::npos && ::recv(connection, &byte, 1, 0) == 1) text += byte;
    return text;
  }

  static void send_all(int connection, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t count = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }

  void answer(int connection, const std::string& text) {
    const auto range = text.find("Range: bytes=");
    std::size_t start = range == std::string::npos ? 0 : std::stoul(text.substr(range + 13));
    {
      const std::lock_guard guard(mutex_);
      starts_.push_back(start);
    }
    if (behaviour_.refuse_with != 0) {
      return send_all(connection,
                      "HTTP/1.1 " + std::to_string(behaviour_.refuse_with) + " No\r\nContent-Length: 0\r\n\r\n");
    }
    if (!behaviour_.ranges) start = 0;
    if (start >= content_.size()) {
      return send_all(connection, "HTTP/1.1 416 Range\r\nContent-Length: 0\r\n\r\n");
    }
    const std::string rest = content_.substr(start);
    std::string head = start == 0 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial\r\n";
    if (start > 0) {
      head += "Content-Range: bytes " + std::to_string(start) + "-" + std::to_string(content_.size() - 1) + "/" +
              std::to_string(content_.size()) + "\r\n";
    }
    head += "Content-Length: " + std::to_string(rest.size()) + "\r\nConnection: close\r\n\r\n";
    send_all(connection, head + rest.substr(0, behaviour_.cut_after));
  }

  std::string content_;
  Behaviour behaviour_;
  int socket_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::size_t> starts_;
  std::thread thread_;
};

}  // namespace elubench::data
