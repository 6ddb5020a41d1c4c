#include "examples/kv/settings.h"

#include <gmock/gmock.h>

namespace decree::kv {
namespace {

using testing::HasSubstr;

std::string complaint(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const SettingsError& error) {
    return error.what();
  }
  return "";
}

TEST(Settings, Members) {
  const std::vector<Member> members = parse_members("1=127.0.0.1:7101,22=[::1]:7102,3=host:1");
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].id.value, 1U);
  EXPECT_EQ(members[0].host, "127.0.0.1");
  EXPECT_EQ(members[0].port, 7101);
  EXPECT_EQ(members[1].id.value, 22U);
  EXPECT_EQ(members[1].host, "::1");
  EXPECT_EQ(members[2].host, "host");
}

TEST(Settings, WrongMembersAreNamed) {
  for (const char* text : {"", "1", "1=", "1=host", "1=host:", "1=host:x", "1=host:65536", "0=h:1",
                           "x=h:1", "1=h:1,", "=h:1", "1=:1"}) {
    EXPECT_THAT(complaint([&] { parse_members(text); }), HasSubstr("--members")) << text;
  }
}

TEST(Settings, WrongEndpointsAreNamed) {
  EXPECT_EQ(complaint([] { parse_endpoint("nonsense", "--listen"); }),
            "--listen: \"nonsense\" is not host:port");
  EXPECT_EQ(complaint([] { parse_endpoint("h:70000", "--listen"); }),
            "--listen: \"70000\" is not a number from 0 to 65535");
}

std::optional<Settings> parse(std::vector<std::string> arguments, int* status) {
  arguments.insert(arguments.begin(), "decree-kv");
  std::vector<char*> argv;
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  return parse_settings(static_cast<int>(argv.size()), argv.data(), status);
}

TEST(Settings, CommandLine) {
  int status = -1;
  const auto settings =
      parse({"--id", "2", "--members", "1=a:1,2=b:2,3=c:3", "--directory", "/tmp/x", "--listen",
             "0.0.0.0:0", "--lease-ms", "0.5e3", "--read", "local", "--max-memory-mb", "3"},
            &status);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->replica.id.value, 2U);
  EXPECT_EQ(settings->replica.members.size(), 3U);
  EXPECT_EQ(settings->replica.lease_us, 500'000U);
  EXPECT_EQ(settings->replica.max_command_bytes, kMaxCommandBytes);
  EXPECT_TRUE(settings->server.reads_locally);
  EXPECT_EQ(settings->server.limits.data_bytes, 3U << 20);
  EXPECT_EQ(settings->server.port, 0);
}

TEST(Settings, EngineOptionsAreChecked) {
  int status = -1;
  EXPECT_NE(complaint([&] {
              parse({"--id", "9", "--members", "1=a:1", "--directory", "/tmp/x"}, &status);
            }),
            "");
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse({"--id", "1"}, &status));
  EXPECT_NE(status, 0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("--members"));
}

}  // namespace
}  // namespace decree::kv
