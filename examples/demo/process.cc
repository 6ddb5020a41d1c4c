#include "examples/demo/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace decree::demo {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

// Between fork and exec: nothing here may allocate or lock.
[[noreturn]] void become(const char* program, char* const* arguments, int output, int failure,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(program, arguments);
  const int error = errno;
  static_cast<void>(!::write(failure, &error, sizeof error));
  ::_exit(127);
}

}  // namespace

Process::Process(const Command& command) {
  const FileDescriptor output(
      ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!output) fail(errno, "cannot write " + command.output);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno, "cannot make a pipe");
  const FileDescriptor failure_reader(ends[0]);
  FileDescriptor failure_writer(ends[1]);

  std::vector<char*> arguments{const_cast<char*>(command.program.c_str())};
  for (const std::string& argument : command.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail(errno, "cannot start " + command.program);
  if (pid_ == 0) {
    become(command.program.c_str(), arguments.data(), output.get(), failure_writer.get(), parent);
  }
  descriptor_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  failure_writer = FileDescriptor();
  int error = 0;
  if (::read(failure_reader.get(), &error, sizeof error) == sizeof error) {
    kill();
    fail(error, "cannot start " + command.program);
  }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      descriptor_(std::move(other.descriptor_)),
      ended_(std::exchange(other.ended_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(ended_, other.ended_);
  return *this;
}

Process::~Process() {
  if (pid_ != 0) kill();
}

void Process::signal(int number) const {
  if (!ended_) ::kill(pid_, number);  // not waited for yet, so that the number is still its own
}

void Process::kill() {
  signal(SIGKILL);
  wait(Deadline::max());
}

void Process::pause() {
  signal(SIGSTOP);
  siginfo_t stopped{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

void Process::resume() { signal(SIGCONT); }

std::optional<int> Process::terminate(Deadline deadline) {
  signal(SIGTERM);
  return wait(deadline);
}

std::optional<int> Process::wait(Deadline deadline) {
  if (ended_) return ended_;
  if (!wait_for_events(descriptor_.get(), POLLIN, deadline)) return std::nullopt;
  siginfo_t end{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED) != 0) {
    if (errno != EINTR) fail(errno, "cannot wait for a process");
  }
  ended_ = end.si_code == CLD_EXITED ? end.si_status : -end.si_status;
  return ended_;
}

}  // namespace decree::demo
