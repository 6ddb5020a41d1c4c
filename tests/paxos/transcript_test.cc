// The scenarios in transcripts/. A change of the protocol's behaviour shows as a difference in what
// they say. Write them anew with DECREE_WRITE_TRANSCRIPTS=1 and read the difference before keeping
// it.
#include "tests/paxos/transcript.h"
#include "tests/support/paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace decree::paxos::test {
namespace {

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const auto& file :
       std::filesystem::directory_iterator(source_dir() + "/tests/paxos/transcripts")) {
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The first line that differs, with what leads to it.
std::string difference(const std::string& written, const std::string& now) {
  const auto before = lines_of(written);
  const auto after = lines_of(now);
  const auto [left, right] = std::ranges::mismatch(before, after);
  const auto line = left - before.begin();
  std::string text = "line " + std::to_string(line + 1) + ", after:\n";
  for (auto each = left - std::min<std::ptrdiff_t>(line, 6); each != left; ++each) {
    text += "    " + *each + "\n";
  }
  text += "written: " + (left == before.end() ? "(the end)" : *left) + "\n";
  text += "now:     " + (right == after.end() ? "(the end)" : *right) + "\n";
  return text;
}

class TranscriptTest : public testing::TestWithParam<std::string> {};

TEST_P(TranscriptTest, IsWhatHappens) {
  const std::string path = source_dir() + "/tests/paxos/transcripts/" + GetParam() + ".txt";
  std::ifstream file(path);
  const std::string written((std::istreambuf_iterator<char>(file)), {});
  const std::string now = replay(written);
  if (std::getenv("DECREE_WRITE_TRANSCRIPTS") != nullptr) {
    std::ofstream(path) << now;
  } else if (now != written) {
    ADD_FAILURE() << path << " " << difference(written, now);
  }
}

INSTANTIATE_TEST_SUITE_P(All, TranscriptTest, testing::ValuesIn(scenarios()),
                         [](const auto& scenario) { return scenario.param; });

TEST(PlayerTest, RefusesWhatIsNoCommand) {
  EXPECT_THROW(replay("campaign 1\n"), std::invalid_argument);
  EXPECT_THROW(replay("replicas 3\nfly 1\n"), std::invalid_argument);
  EXPECT_THROW(replay("replicas 3\ndeliver 1->2\n"), std::invalid_argument);
  EXPECT_THROW(replay("replicas 3\ncampaign 4\n"), std::invalid_argument);
}

}  // namespace
}  // namespace decree::paxos::test
