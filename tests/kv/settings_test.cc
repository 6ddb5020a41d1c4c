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
  EXPECT_EQ(complaint([&] {
              parse({"--id", "1", "--members", "1=a:1,2=b", "--directory", "/tmp/x"}, &status);
            }),
            "--members: \"2=b\" does not read id=host:port, like 2=10.0.0.2:7100");
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
