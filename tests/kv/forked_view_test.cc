// The keys as they were at the fork, whole or not at all.
#include "examples/kv/forked_view.h"

#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>

namespace decree::kv {
namespace {

class TextReader final : public SnapshotReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}
  std::size_t read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), text_.size());
    std::memcpy(into.data(), text_.data(), count);
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

SnapshotView::Next drain(SnapshotView& view, std::string& bytes) {
  SnapshotView::Next last = SnapshotView::Next::more;
  while (last == SnapshotView::Next::more) last = view.next(bytes);
  return last;
}

pid_t only_child() {
  const std::string self = std::to_string(::getpid());
  std::ifstream children("/proc/self/task/" + self + "/children");
  pid_t child = 0;
  children >> child;
  return child;
}

TEST(ForkedView, HasTheKeysAsTheyWereAtTheFork) {
  Keyspace keys;
  keys.tick(1000);
  for (int i = 0; i < 20'000; ++i) keys.set("key" + std::to_string(i), std::string(100, 'v'));
  keys.expire("key1", 5000);
  const std::uint64_t hash = keys.hash();
  const std::unique_ptr<SnapshotView> view = fork_view(keys);
  keys.clear();
  keys.set("later", "1");
  std::string bytes;
  ASSERT_EQ(drain(*view, bytes), SnapshotView::Next::end);
  Keyspace restored;
  restored.set("other", "1");
  TextReader reader(bytes);
  restore_view(reader, restored);
  EXPECT_EQ(restored.hash(), hash);
  EXPECT_EQ(restored.clock_ms(), 1000);
  EXPECT_EQ(restored.ticks(), 1);
}

TEST(ForkedView, HasFailedIfTheChildIsKilled) {
  Keyspace keys;
  keys.set("key", std::string(8u << 20, 'v'));  // more than a pipe holds
  const std::unique_ptr<SnapshotView> view = fork_view(keys);
  std::string bytes;
  ASSERT_EQ(view->next(bytes), SnapshotView::Next::more);
  ASSERT_EQ(::kill(only_child(), SIGKILL), 0);
  EXPECT_EQ(drain(*view, bytes), SnapshotView::Next::failed);
}

/// In a process of its own, because the filter stays for good.
int view_without_fork() {
  Keyspace keys;
  keys.set("key", "value");
  scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  const auto refusal = SCMP_ACT_ERRNO(ENOMEM);
  if (filter == nullptr || ::seccomp_rule_add(filter, refusal, SCMP_SYS(clone), 0) != 0 ||
      ::seccomp_rule_add(filter, refusal, SCMP_SYS(clone3), 0) != 0 ||
      ::seccomp_rule_add(filter, refusal, SCMP_SYS(fork), 0) != 0 || ::seccomp_load(filter) != 0) {
    return 2;
  }
  std::string bytes;
  return drain(*fork_view(keys), bytes) == SnapshotView::Next::failed ? 0 : 1;
}

TEST(ForkedView, HasFailedIfNoChildCanBeMade) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) ::_exit(view_without_fork());
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: an empty state counts as a good one; 2: no filter";
}

}  // namespace
}  // namespace decree::kv
