#include "workers/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/error.h"

extern char** environ;

namespace elubench::workers {
namespace {

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  Pipe made{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  ::fcntl(made.read.number(), F_SETFL, O_NONBLOCK);
  return made;
}

// What posix_spawn is to do in the child before the program begins.
class Preparation {
 public:
  explicit Preparation(int log) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, log, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

pid_t start(const std::filesystem::path& program, const std::vector<std::string>& arguments, int log) {
  std::vector<std::string> words{"elubench"};  // what process listings show
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const Preparation preparation(log);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, program.c_str(), preparation.actions(), preparation.attributes(),
                                  pointers.data(), environ);
  if (error != 0) throw Error("cannot start " + program.string() + ": " + std::strerror(error));
  return child;
}

}  // namespace

std::string Ending::text() const {
  if (!by_signal) return "exit code " + std::to_string(number);
  return "signal " + std::to_string(number) + " (" + ::strsignal(number) + ")";
}

Process::Process(const std::filesystem::path& program, const std::vector<std::string>& arguments) : log_(-1) {
  std::signal(SIGCHLD, SIG_DFL);  // ignored, as some callers leave it, it would make children end unheard
  Pipe pipe = make_pipe();
  number_ = start(program, arguments, pipe.write.number());
  log_ = std::move(pipe.read);
}

Process::~Process() {
  send(SIGTERM);
  while (!ending()) {
    pollfd log{log_.number(), POLLIN, 0};
    ::poll(&log, 1, 10);
    lines();  // or it would wait for somebody to read them
  }
}

std::vector<std::string> Process::lines() {
  std::array<char, 4096> block{};
  ssize_t count = 0;
  if (!log_.open()) return {};
  while ((count = ::read(log_.number(), block.data(), block.size())) > 0) {
    unfinished_.append(block.data(), static_cast<std::size_t>(count));
  }
  if (count == 0) {  // nothing more comes, and nobody need wait for it
    if (!unfinished_.empty() && unfinished_.back() != '\n') unfinished_ += '\n';
    log_ = FileDescriptor(-1);
  }
  std::vector<std::string> whole;
  for (auto end = unfinished_.find('\n'); end != std::string::npos; end = unfinished_.find('\n')) {
    whole.push_back(unfinished_.substr(0, end));
    unfinished_.erase(0, end + 1);
  }
  return whole;
}

std::optional<Ending> Process::ending() {
  if (ending_) return ending_;
  int status = 0;
  const pid_t found = ::waitpid(number_, &status, WNOHANG);
  if (found == 0 || (found < 0 && errno == EINTR)) return std::nullopt;
  if (found < 0) throw Error(std::string("cannot wait for a process that was started: ") + std::strerror(errno));
  ending_ = WIFSIGNALED(status) ? Ending{true, WTERMSIG(status)} : Ending{false, WEXITSTATUS(status)};
  return ending_;
}

void Process::send(int signal) const {
  if (!ending_) ::kill(number_, signal);
}

}  // namespace elubench::workers
