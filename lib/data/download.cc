#include "data/download.h"

#include <curl/curl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"

namespace elubench::data {
namespace {

constexpr long http_range_refused = 416;  // also the answer where nothing is missing
constexpr long connect_seconds = 30;
constexpr long stalled_seconds = 60;

struct Curl {
  Curl() : handle(curl_easy_init()) {
    if (handle == nullptr) throw Error("cannot start libcurl");
  }
  ~Curl() { curl_easy_cleanup(handle); }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  CURL* handle;
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_file(const std::filesystem::path& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), std::fclose);
  if (file == nullptr) throw Error("cannot write " + path.string() + ": " + std::strerror(errno));
  return file;
}

std::string megabytes(curl_off_t bytes) { return std::to_string(bytes / 1000000) + " MB"; }

struct Progress {
  std::string url;
  curl_off_t resumed_at;
  ProgressLine line;
};

int on_progress(void* state, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto& progress = *static_cast<Progress*>(state);
  if (total > 0) {
    progress.line.show("downloading " + progress.url + ": " + megabytes(progress.resumed_at + now) + " of " +
                       megabytes(progress.resumed_at + total));
  }
  return interrupt_signal() != 0 ? 1 : 0;  // anything but 0 stops the transfer
}

struct Outcome {
  CURLcode code;
  long http_status;
  std::string message;
};

void set_options(CURL* curl, const std::string& url, std::FILE* file, Progress& progress) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "elubench");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stalled_seconds);
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, progress.resumed_at);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
}

Outcome transfer(const std::string& url, const std::filesystem::path& path, std::uintmax_t resume_at) {
  const Curl curl;
  std::array<char, CURL_ERROR_SIZE> message{};
  Progress progress{url, static_cast<curl_off_t>(resume_at), ProgressLine()};
  File file = open_file(path, resume_at > 0 ? "ab" : "wb");
  set_options(curl.handle, url, file.get(), progress);
  curl_easy_setopt(curl.handle, CURLOPT_ERRORBUFFER, message.data());
  Outcome outcome{curl_easy_perform(curl.handle), 0, {}};
  curl_easy_getinfo(curl.handle, CURLINFO_RESPONSE_CODE, &outcome.http_status);
  outcome.message = message[0] != '\0' ? message.data() : curl_easy_strerror(outcome.code);
  const int write_error = std::fflush(file.get()) != 0 || std::ferror(file.get()) != 0 ? errno : 0;
  if (write_error != 0) throw Error("cannot write " + path.string() + ": " + std::strerror(write_error));
  return outcome;
}

bool cannot_resume(const Outcome& outcome) {
  return outcome.code == CURLE_RANGE_ERROR || outcome.code == CURLE_BAD_DOWNLOAD_RESUME ||
         outcome.http_status == http_range_refused;
}

[[noreturn]] void fail(const std::string& url, const Outcome& outcome) {
  switch (outcome.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      throw Error("no network: cannot reach " + url + " (" + outcome.message + ")");
    case CURLE_HTTP_RETURNED_ERROR:
      throw Error("the server refuses " + url + " (" + outcome.message + ")");
    default:
      throw Error("the download of " + url + " stopped (" + outcome.message +
                  "); run the same command again to go on");
  }
}

}  // namespace

void download(const std::string& url, const std::filesystem::path& path) {
  std::error_code absent;
  const std::uintmax_t there = std::filesystem::file_size(path, absent);
  const std::uintmax_t resume_at = absent ? 0 : there;
  Outcome outcome = transfer(url, path, resume_at);
  if (resume_at > 0 && cannot_resume(outcome)) outcome = transfer(url, path, 0);
  throw_if_interrupted();
  if (outcome.code != CURLE_OK) fail(url, outcome);
}

}  // namespace elubench::data
