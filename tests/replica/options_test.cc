// A bad option is refused with a sentence that names it.
#include "decree/options.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace decree {
namespace {

Options good() {
  Options options;
  options.cluster = 1;
  options.id = ReplicaId{1};
  options.members = {{ReplicaId{1}, "127.0.0.1", 7001}, {ReplicaId{2}, "127.0.0.1", 7002}};
  options.directory = "somewhere";
  return options;
}

TEST(Members, AreRead) {
  std::vector<Member> members;
  ASSERT_EQ(parse_members("1=127.0.0.1:7101,22=[::1]:7102,3=host:1", members), "");
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].id.value, 1U);
  EXPECT_EQ(members[0].host, "127.0.0.1");
  EXPECT_EQ(members[0].port, 7101);
  EXPECT_EQ(members[1].id.value, 22U);
  EXPECT_EQ(members[1].host, "::1");
  EXPECT_EQ(members[2].host, "host");
}

TEST(Members, WhatCannotBeReadIsNamedAndNothingIsChanged) {
  std::vector<Member> members(2);
  for (const char* text : {"", "1", "1=", "1=host", "1=host:", "1=host:x", "1=host:65536", "0=h:1",
                           "1=h:0", "x=h:1", "=h:1", "1=:1", "1=h:1x", "-1=h:1", "1=h:1,"}) {
    EXPECT_NE(parse_members(text, members).find("id=host:port"), std::string::npos) << text;
  }
  EXPECT_EQ(parse_members("1=a:1,2=b,3=c:1", members).find("\"2=b\""), 0U);
  EXPECT_EQ(members.size(), 2U);
}

TEST(Options, DefaultsAreGood) { EXPECT_EQ(good().check(), ""); }

TEST(Options, EachIsCheckedAndNamed) {
  struct Case {
    std::string name;
    std::function<void(Options&)> spoil;
  };
  const std::vector<Case> cases = {
      {"cluster", [](Options& o) { o.cluster = 0; }},
      {"directory", [](Options& o) { o.directory.clear(); }},
      {"id", [](Options& o) { o.id = ReplicaId{3}; }},
      {"members", [](Options& o) { o.members.clear(); }},
      {"members", [](Options& o) { o.members[1].id = ReplicaId{1}; }},
      {"members", [](Options& o) { o.members[1].id = ReplicaId{64}; }},
      {"members", [](Options& o) { o.members[1].id = ReplicaId{0}; }},
      {"members", [](Options& o) { o.members[1].port = 0; }},
      {"members", [](Options& o) { o.members[1].host.clear(); }},
      {"members", [](Options& o) { o.members.resize(10); }},
      {"priority", [](Options& o) { o.priority = 1001; }},
      {"heartbeat_us", [](Options& o) { o.heartbeat_us = 999; }},
      {"suspect_us", [](Options& o) { o.suspect_us = 3 * o.heartbeat_us - 1; }},
      {"lease_us", [](Options& o) { o.lease_us = 2 * o.heartbeat_us - 1; }},
      {"clock_rate_error_ppm", [](Options& o) { o.clock_rate_error_ppm = 300'001; }},
      {"max_command_bytes", [](Options& o) { o.max_command_bytes = 1023; }},
      {"max_pending_bytes", [](Options& o) { o.max_pending_bytes = 4 * o.max_command_bytes - 1; }},
      {"log_bytes", [](Options& o) { o.log_bytes = 128 * o.max_command_bytes - 1; }},
      {"log_bytes", [](Options& o) { o.log_bytes = (1ULL << 40) + 1; }},
  };
  for (const Case& each : cases) {
    Options options = good();
    each.spoil(options);
    EXPECT_NE(options.check().find("option " + each.name + " "), std::string::npos)
        << each.name << ": " << options.check();
  }
  Options no_lease = good();
  no_lease.lease_us = 0;
  EXPECT_EQ(no_lease.check(), "");
}

}  // namespace
}  // namespace decree
