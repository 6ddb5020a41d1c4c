#include "bench/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <ctime>
#include <stdexcept>

namespace decree::bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  checked(::pipe2(ends.data(), O_CLOEXEC), "pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Between fork and exec: system calls only.
[[noreturn]] void become_worker(char* const* arguments, const Pipe& input, const Pipe& output,
                                const std::vector<int>& inherited) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(input.read.get(), STDIN_FILENO);
  ::dup2(output.write.get(), STDOUT_FILENO);
  for (const int fd : inherited) {
    ::fcntl(fd, F_SETFD, 0);
  }
  ::execv("/proc/self/exe", arguments);
  ::_exit(127);
}

bool readable(int fd, std::chrono::milliseconds patience) {
  pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, static_cast<int>(patience.count())) == 1;
}

/// Reads what is left; the end of the output is the end of the worker.
bool ended_within(int output, std::chrono::milliseconds patience) {
  std::array<char, 4096> ignored{};
  while (readable(output, patience)) {
    if (::read(output, ignored.data(), ignored.size()) <= 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const std::vector<int>& inherited) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "decree-bench");
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);

  Pipe input = make_pipe();
  Pipe output = make_pipe();
  pid_ = checked(::fork(), "fork");
  if (pid_ == 0) {
    become_worker(pointers.data(), input, output, inherited);
  }
  input_ = std::move(input.write);
  output_ = std::move(output.read);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      received_(std::move(other.received_)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  std::swap(received_, other.received_);
  return *this;
}

Process::~Process() { end(); }

void Process::end() {
  if (pid_ < 0) {
    return;
  }
  input_.reset();
  if (!ended_within(output_.get(), std::chrono::seconds(10))) {
    ::kill(pid_, SIGKILL);
  }
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void Process::write_line(const std::string& line) {
  const std::string text = line + "\n";
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(input_.get(), text.data() + written, text.size() - written);
    if (n < 0) {
      throw std::runtime_error(fmt::format("worker {} takes no more requests", pid_));
    }
    written += static_cast<std::size_t>(n);
  }
}

std::string Process::read_line(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (interrupted != 0) {
      throw std::runtime_error("interrupted");
    }
    if (left.count() <= 0) {
      throw std::runtime_error(
          fmt::format("worker {} did not answer within {} ms", pid_, patience.count()));
    }
    if (!readable(output_.get(), left)) {
      continue;
    }
    std::array<char, 4096> chunk{};
    const ssize_t n = ::read(output_.get(), chunk.data(), chunk.size());
    if (n <= 0) {
      throw std::runtime_error(fmt::format("worker {} ended without an answer", pid_));
    }
    received_.append(chunk.data(), static_cast<std::size_t>(n));
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

void Process::kill() {
  checked(::kill(pid_, SIGKILL), "kill");
  checked(::waitpid(pid_, nullptr, 0), "waitpid");
  pid_ = -1;
}

void throw_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::int64_t cpu_us_of(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    throw std::runtime_error(fmt::format("process {} has ended", pid));
  }
  return used.tv_sec * 1'000'000 + used.tv_nsec / 1'000;
}

}  // namespace decree::bench
