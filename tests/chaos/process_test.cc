// The harness must not lie either: processes, ports and directories.
#include "examples/demo/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>

#include "examples/demo/ports.h"
#include "examples/demo/temporary_directory.h"

namespace decree::demo {
namespace {

constexpr std::chrono::seconds kPatience{10};

class ProcessTest : public ::testing::Test {
 protected:
  Process shell(const std::string& script) {
    return Process({"/bin/sh", {"-c", script}, output().string()});
  }
  std::filesystem::path output() const { return directory_.path() / "output"; }
  std::string printed() const {
    std::ifstream file(output());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool wait_until_printed(const std::string& text, const Process& process) {
    return wait_until([&] { return printed() == text; }, process.descriptor(), after(kPatience));
  }

  TemporaryDirectory directory_{std::filesystem::current_path(), "process-test-"};
};

char state_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name;
  char state = '?';
  file >> number >> name >> state;
  return state;
}

TEST_F(ProcessTest, TellsHowItEnded) {
  Process process = shell("echo out; echo err >&2; exit 7");
  EXPECT_EQ(process.wait(after(kPatience)), 7);
  EXPECT_EQ(process.wait(after(kPatience)), 7);
  EXPECT_EQ(printed(), "out\nerr\n");
}

TEST_F(ProcessTest, WaitsNoLongerThanTheDeadline) {
  Process process = shell("read line < /dev/tty || exec tail -f /dev/null");
  EXPECT_EQ(process.wait(Clock::now()), std::nullopt);
  process.kill();
  EXPECT_EQ(process.wait(Clock::now()), -SIGKILL);
}

TEST_F(ProcessTest, TermIsAnswered) {
  Process process = shell("trap 'exit 3' TERM; echo ready; while :; do :; done");
  ASSERT_TRUE(wait_until_printed("ready\n", process));
  EXPECT_EQ(process.terminate(after(kPatience)), 3);
}

TEST_F(ProcessTest, PausesAndResumes) {
  Process process = shell("while :; do :; done");
  for (int i = 0; i < 3; ++i) {
    process.pause();
    EXPECT_EQ(state_of(process.pid()), 'T');
    process.resume();
    EXPECT_TRUE(wait_until([&] { return state_of(process.pid()) == 'R'; }, process.descriptor(),
                           after(kPatience)));
  }
  process.pause();
  process.kill();
  EXPECT_EQ(process.wait(Clock::now()), -SIGKILL);
}

TEST_F(ProcessTest, DoesNotOutliveItsObject) {
  pid_t pid = 0;
  {
    const Process process = shell("while :; do :; done");
    pid = process.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(ProcessTest, DoesNotOutliveAParentThatIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // the grandchild holds the writing end: its end is our end of file
  const pid_t parent = ::fork();
  if (parent == 0) {
    const Process process = shell("while :; do :; done");
    ::raise(SIGKILL);
  }
  ::close(ends[1]);
  const FileDescriptor reader(ends[0]);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  ASSERT_TRUE(wait_for_events(reader.get(), POLLIN, after(kPatience)));
  char byte = 0;
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
}

TEST_F(ProcessTest, SaysWhatCannotBeStarted) {
  try {
    Process process({"/no/such/program", {}, output().string()});
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos);
  }
  EXPECT_THROW(Process({"/bin/true", {}, "/no/such/folder/output"}), std::system_error);
}

TEST_F(ProcessTest, ADeathEndsAWaitForSomethingElse) {
  Process process = shell("exit 0");
  EXPECT_FALSE(wait_until([] { return false; }, process.descriptor(), Deadline::max()));
}

TEST(Ports, AreFreeAndDifferent) {
  const auto ports = free_ports(20);
  EXPECT_EQ(std::set(ports.begin(), ports.end()).size(), 20u);
}

TEST(TemporaryDirectory, IsRemovedUnlessKept) {
  std::filesystem::path gone;
  std::filesystem::path kept;
  {
    TemporaryDirectory one(std::filesystem::current_path() / "temporary", "x-");
    TemporaryDirectory two(std::filesystem::current_path() / "temporary", "x-");
    gone = one.path();
    kept = two.path();
    std::ofstream(gone / "file") << "content";
    two.keep();
    EXPECT_NE(gone, kept);
    EXPECT_TRUE(std::filesystem::exists(gone));
  }
  EXPECT_FALSE(std::filesystem::exists(gone));
  EXPECT_TRUE(std::filesystem::exists(kept));
  std::filesystem::remove_all(kept.parent_path());
}

}  // namespace
}  // namespace decree::demo
