#include "bench/peers/server.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <deque>
#include <fstream>
#include <string_view>
#include <utility>

#include "bench/descriptor.h"
#include "bench/process.h"

namespace decree::bench {
namespace {

constexpr std::size_t kTailLines = 8;
constexpr std::string_view kNotStarted = "the program cannot be started\n";

// Between fork and exec: system calls only.
[[noreturn]] void become(char* const* words, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(words[0], words);
  static_cast<void>(!::write(output, kNotStarted.data(), kNotStarted.size()));
  ::_exit(127);
}

}  // namespace

Server::Server(const std::vector<std::string>& words, std::string log) : log_(std::move(log)) {
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& word : copies) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);

  const Descriptor output(
      checked(::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644), log_));
  pid_ = checked(::fork(), "fork");
  if (pid_ == 0) {
    become(pointers.data(), output.get());
  }
}

Server::Server(Server&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), log_(std::move(other.log_)) {}

Server::~Server() {
  if (pid_ < 0) {
    return;
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::int64_t Server::cpu_us() const { return cpu_us_of(pid_); }

std::string Server::log_tail() const {
  std::ifstream file(log_);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > kTailLines) {
      lines.pop_front();
    }
  }
  std::string tail = log_ + ":\n";
  for (const std::string& line : lines) {
    tail += "  " + line + "\n";
  }
  return tail;
}

}  // namespace decree::bench
