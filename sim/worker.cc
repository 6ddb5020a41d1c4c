#include "sim/worker.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "sim/run.h"

namespace decree::sim {

namespace {

/// Stands for a line's end inside of a line.
constexpr char kFolded = '\1';

}  // namespace

Worker::Worker(const std::function<void(int)>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    ::close(ends[0]);
    body(ends[1]);
    std::fflush(nullptr);
    ::_exit(0);
  }
  ::close(ends[1]);
  fd_ = ends[0];
}

Worker::~Worker() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(fd_);
}

bool Worker::read(const std::function<void(const std::string&)>& line) {
  std::array<char, 65536> chunk{};
  const ssize_t count = ::read(fd_, chunk.data(), chunk.size());
  if (count <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  for (std::size_t end = 0; (end = buffer_.find('\n')) != std::string::npos;) {
    std::string text = buffer_.substr(0, end);
    std::replace(text.begin(), text.end(), kFolded, '\n');
    line(text);
    buffer_.erase(0, end + 1);
  }
  return true;
}

std::string Worker::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return signal == SIGABRT ? std::string("a broken invariant stopped a replica, see above")
                             : fmt::format("the process died of {}", ::strsignal(signal));
  }
  return fmt::format("the process ended with status {}", WEXITSTATUS(status));
}

void write_line(int fd, const std::string& line) {
  std::string text = line;
  std::replace(text.begin(), text.end(), '\n', kFolded);
  text += '\n';
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = ::write(fd, text.data() + at, text.size() - at);
    if (count <= 0) ::_exit(3);
    at += static_cast<std::size_t>(count);
  }
}

std::string run_apart(const Plan& plan, const Subject& subject) {
  Worker worker([&](int fd) {
    // What it would say was said by the run that is made smaller.
    if (std::freopen("/dev/null", "w", stderr) == nullptr) std::fclose(stderr);
    write_line(fd, run_plan(plan, subject, 0).failure);
  });
  std::string failure;
  pollfd ready{worker.fd(), POLLIN, 0};
  if (::poll(&ready, 1, kHangsAfterSeconds * 1000) == 0) return "the run does not end";
  while (worker.read([&](const std::string& line) { failure = line; })) {
  }
  const std::string died = worker.wait();
  return died.empty() ? failure : died;
}

}  // namespace decree::sim
