// What people are told, and how often.
#include "transport/notices.h"

#include <gtest/gtest.h>

#include <vector>

namespace decree::transport {
namespace {

class Lines final : public NetworkEvents {
 public:
  [[nodiscard]] Introduction introduce() override { return {}; }
  void on_hello(ReplicaId /*peer*/) override {}
  void on_frame(ReplicaId /*from*/, Payload /*frame*/) override {}
  void on_connected(ReplicaId /*peer*/, Incarnation /*incarnation*/) override {}
  void on_disconnected(ReplicaId /*peer*/) override {}
  bool admit(ReplicaId /*peer*/, Handshake /*part*/, const Introduction& /*stated*/,
             std::string& /*reason*/) override {
    return true;
  }
  void on_notice(const std::string& line) override { lines.push_back(line); }

  std::vector<std::string> lines;
};

constexpr ReplicaId kOne{1};
constexpr ReplicaId kTwo{2};

TEST(Notices, SayEachThingOnceUntilItChanges) {
  Lines lines;
  Notices notices(lines);
  for (const char* line : {"a", "a", "b", "b", "a"}) notices.report(kOne, Side::dialled, line);
  EXPECT_EQ(lines.lines, (std::vector<std::string>{"a", "b", "a"}));
}

TEST(Notices, KeepPeersAndSidesApart) {
  Lines lines;
  Notices notices(lines);
  for (int round = 0; round < 3; ++round) {
    notices.report(kOne, Side::dialled, "a");
    notices.report(kOne, Side::accepted, "b");
    notices.report(kTwo, Side::accepted, "c");
  }
  EXPECT_EQ(lines.lines, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Notices, AreNewsAgainOnceAllWasWell) {
  Lines lines;
  Notices notices(lines);
  notices.report(kOne, Side::dialled, "a");
  notices.settled(kOne, Side::accepted);
  notices.report(kOne, Side::dialled, "a");
  EXPECT_EQ(lines.lines.size(), 1u);
  notices.settled(kOne, Side::dialled);
  notices.report(kOne, Side::dialled, "a");
  EXPECT_EQ(lines.lines.size(), 2u);
}

TEST(Notices, AreBoundedWhateverStrangersDo) {
  Lines lines;
  Notices notices(lines);
  for (int i = 0; i < 10'000; ++i) notices.report({}, Side::accepted, std::to_string(i));
  EXPECT_GE(lines.lines.size(), 10u);
  EXPECT_LE(lines.lines.size(), 100u);
}

}  // namespace
}  // namespace decree::transport
