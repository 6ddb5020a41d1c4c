#include "examples/kv/forked_view.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>
#include <utility>

namespace decree::kv {
namespace {

constexpr int kPipe = 3;  // the child's end
constexpr int kNice = 5;  // its priority: commands come first

struct Head {
  std::int64_t clock_ms = 0;
  std::uint64_t ticks = 0;
  std::uint64_t keys = 0;
};

struct RecordHead {
  std::uint64_t key_bytes = 0;
  std::uint64_t value_bytes = 0;
  std::int64_t waiting_ms = 0;
  std::int64_t due_ms = 0;
};

/// In the child: another thread of the parent may have held malloc's lock, so nothing is allocated.
class PipeWriter {
 public:
  template <typename T>
  void put(const T& value) {
    put(std::as_bytes(std::span(&value, 1)));
  }
  void put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (used_ == buffer_.size()) flush();
      const std::size_t count = std::min(bytes.size(), buffer_.size() - used_);
      std::memcpy(buffer_.data() + used_, bytes.data(), count);
      used_ += count;
      bytes = bytes.subspan(count);
    }
  }
  void flush() {
    for (std::size_t done = 0; done < used_;) {
      const ssize_t written = ::write(kPipe, buffer_.data() + done, used_ - done);
      if (written < 0 && errno != EINTR) ::_exit(1);
      done += written < 0 ? 0 : static_cast<std::size_t>(written);
    }
    used_ = 0;
  }

 private:
  std::array<std::byte, 65536> buffer_;
  std::size_t used_ = 0;
};

[[noreturn]] void send_and_exit(const Keyspace& keys, int pipe) {
  // Neither the parent's connections nor the lock of its directory may outlive it here.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpriority(PRIO_PROCESS, 0, kNice);
  if (::dup2(pipe, kPipe) < 0 || ::close_range(kPipe + 1, ~0U, 0) != 0) ::_exit(1);
  PipeWriter writer;
  writer.put(Head{keys.clock_ms(), keys.ticks(), keys.size()});
  keys.for_each([&](const Keyspace::Entry& entry) {
    writer.put(RecordHead{entry.key.size(), entry.value.size(), entry.waiting_ms, entry.due_ms});
    writer.put(std::as_bytes(std::span(entry.key)));
    writer.put(std::as_bytes(std::span(entry.value)));
  });
  writer.flush();
  ::_exit(0);
}

class ForkedView final : public SnapshotView {
 public:
  ForkedView(pid_t child, int pipe) : child_(child), pipe_(pipe) {}
  ForkedView(const ForkedView&) = delete;
  ForkedView& operator=(const ForkedView&) = delete;
  ~ForkedView() override {
    if (pipe_ >= 0) ::close(pipe_);
    if (child_ > 0) ::kill(child_, SIGKILL);
    reap();
  }

  Next next(std::string& out) override {
    const std::size_t before = out.size();
    out.resize(before + kPiece);
    const ssize_t got = ::read(pipe_, out.data() + before, kPiece);
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0 || (got < 0 && errno == EINTR)) return Next::more;
    return got == 0 && reap() ? Next::end : Next::failed;
  }

 private:
  static constexpr std::size_t kPiece = 65536;

  /// True if there was a child and it sent everything.
  bool reap() {
    if (child_ <= 0) return false;
    int status = 0;
    pid_t reaped = 0;
    do {
      reaped = ::waitpid(child_, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    return std::exchange(child_, 0) == reaped && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  pid_t child_;
  int pipe_;
};

template <typename T>
T get(SnapshotReader& reader) {
  T value;
  reader.read(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::string get_text(SnapshotReader& reader, std::size_t size) {
  std::string text(size, '\0');
  reader.read(std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

std::unique_ptr<SnapshotView> fork_view(const Keyspace& keys) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::make_unique<ForkedView>(-1, -1);
  const pid_t child = ::fork();
  if (child == 0) send_and_exit(keys, ends[1]);
  ::close(ends[1]);
  return std::make_unique<ForkedView>(child, ends[0]);
}

void restore_view(SnapshotReader& reader, Keyspace& keys) {
  keys.clear();
  const Head head = get<Head>(reader);
  keys.set_time(head.clock_ms, head.ticks);
  for (std::uint64_t i = 0; i < head.keys; ++i) {
    const RecordHead record = get<RecordHead>(reader);
    const std::string key = get_text(reader, record.key_bytes);
    const std::string value = get_text(reader, record.value_bytes);
    keys.put({key, value, record.waiting_ms, record.due_ms});
  }
}

}  // namespace decree::kv
