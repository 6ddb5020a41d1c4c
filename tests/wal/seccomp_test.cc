// Where io_uring is refused, the log works through threads. The filter stays for good, so it is set
// in a child process.
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tests/support/temporary_directory.h"
#include "tests/wal/log_fixture.h"
#include "wal/open_disk.h"

namespace decree::wal {
namespace {

bool refuse_io_uring(int error) {
  scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  const auto refusal = SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error));
  const bool loaded = filter != nullptr &&
                      ::seccomp_rule_add(filter, refusal, SCMP_SYS(io_uring_setup), 0) == 0 &&
                      ::seccomp_load(filter) == 0;
  ::seccomp_release(filter);
  return loaded;
}

bool says(bool condition, const char* what) {
  if (!condition) static_cast<void>(std::fprintf(stderr, "%s\n", what));
  return condition;
}

bool write_log(const std::string& path, std::vector<KeptRecord>& records) {
  std::error_code refusal;
  const auto proactor = proactor::Proactor::open(refusal);
  if (!says(static_cast<bool>(refusal), "io_uring is not refused")) return false;
  std::string notice;
  std::string problem;
  const std::unique_ptr<Disk> disk = open_disk(path, *proactor, notice, problem);
  if (!says(disk != nullptr, problem.c_str())) return false;
  if (!says(disk->description().find("pwrite") == 0, "not through threads")) return false;
  Opened opened = open_log(*disk, small_options());
  if (!says(opened.log != nullptr, opened.problem.c_str())) return false;
  if (!says(opened.records == records, "other records")) return false;
  for (std::uint64_t slot = 1; slot <= 30; ++slot) {
    records.push_back(accept_of(slot, slot * 400));
    const Lsn lsn = append(*opened.log, records.back());
    if (!says(wait_durable(*opened.log, *disk, lsn), "not durable")) return false;
  }
  return true;
}

int child(int error) {
  if (!says(refuse_io_uring(error), "the filter cannot be set")) return 2;
  const TemporaryDirectory directory;
  std::vector<KeptRecord> records;
  for (int opening = 0; opening < 3; ++opening) {
    if (!write_log(directory / "log", records)) return 1;
  }
  return 0;
}

class SeccompTest : public ::testing::TestWithParam<int> {};

TEST_P(SeccompTest, FallsBackToThreads) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) ::_exit(child(GetParam()));
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

INSTANTIATE_TEST_SUITE_P(Refusals, SeccompTest, ::testing::Values(EPERM, ENOSYS, EACCES, ENOMEM));

}  // namespace
}  // namespace decree::wal
