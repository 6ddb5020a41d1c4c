// decree-wal verify and dump, and the example in docs/log-format.md that it prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/paths.h"
#include "tests/support/temporary_directory.h"
#include "tests/tools/tool.h"
#include "tests/wal/log_fixture.h"
#include "wal/open_disk.h"

namespace decree::wal {
namespace {

using ::testing::HasSubstr;

class ToolTest : public ::testing::Test {
 protected:
  /// The log of the example: a promise and an accept in one batch.
  void write_example() {
    std::string notice;
    std::string problem;
    const auto disk = open_disk(path_, *proactor_, notice, problem);
    ASSERT_TRUE(disk) << problem;
    Opened opened = open_log(*disk, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    KeptRecord accept = accept_of(1, 0);
    const std::string text = "set x 1";
    for (const char letter : text) accept.bytes.push_back(static_cast<std::byte>(letter));
    std::vector<KeptRecord> batch{promise_of(3), accept};
    ASSERT_TRUE(wait_durable(*opened.log, *disk, append(*opened.log, batch)));
  }

  void change(std::uint64_t offset, char byte) {
    std::fstream file(path_ + "/segment-0000000000000001.log",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "log";
  const std::unique_ptr<proactor::Proactor> proactor_ = proactor::Proactor::open_epoll();
};

TEST_F(ToolTest, PrintsTheExampleOfTheDocumentation) {
  write_example();
  const Outcome outcome = run_tool("dump --records --hex " + path_);
  EXPECT_EQ(outcome.status, 0);
  std::ifstream file(source_dir() + "/docs/log-format.md");
  std::stringstream page;
  page << file.rdbuf();
  std::istringstream lines(outcome.text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("segment-0000000000000002") != std::string::npos) continue;  // made ahead, or not
    if (line.find("segments: ") == 0) continue;
    EXPECT_TRUE(page.str().find("    " + line + "\n") != std::string::npos) << line;
  }
}

TEST_F(ToolTest, TellsGoodFromDamaged) {
  write_example();
  EXPECT_EQ(run_tool("verify " + path_).status, 0);
  change(4096 + 200, '!');
  const Outcome outcome = run_tool("verify " + path_);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.text, HasSubstr("damaged: segment-0000000000000001.log, offset 4096: the "
                                      "appends 1 to 1 are damaged"));
  change(8192 + 200, '!');  // the mark, which told what was lost
  const Outcome worse = run_tool("verify " + path_);
  EXPECT_EQ(worse.status, 3);
  EXPECT_THAT(worse.text, HasSubstr("segment-0000000000000001.log, offset 4096, sequence 1"));
}

TEST_F(ToolTest, RefusesALogInUse) {
  write_example();
  std::string notice;
  std::string problem;
  const auto disk = open_disk(path_, *proactor_, notice, problem);
  const Outcome outcome = run_tool("dump " + path_);
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("is in use by another process"));
}

TEST_F(ToolTest, RefusesWhatIsNoLog) {
  EXPECT_EQ(run_tool("dump " + path_).status, 4);
  EXPECT_EQ(run_tool("dump").status, 4);
  EXPECT_EQ(run_tool("mend " + path_).status, 4);
  const Outcome outcome = run_tool("verify " + directory_.path().string());
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("is not the directory of a log"));
  const std::string itself = directory_.path().string();
  EXPECT_EQ(run_tool("backup " + itself + " " + path_).text, outcome.text);
}

}  // namespace
}  // namespace decree::wal
