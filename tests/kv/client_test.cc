// Commands that concern a connection only.
#include "examples/kv/client.h"

#include <gmock/gmock.h>

#include "examples/kv/info.h"
#include "tests/kv/store.h"

namespace decree::kv {
namespace {

using testing::HasSubstr;
using testing::Not;

class FixedHost final : public Host {
 public:
  std::string info(Arguments sections) override {
    return sections.empty() ? "all" : std::string(sections[0]);
  }
  std::string set_lease(std::uint64_t lease_us) override {
    return lease_us == 200'000 ? "" : "refused " + std::to_string(lease_us);
  }
  std::string fail_over(ReplicaId successor) override {
    return successor.value == 2 ? "" : "refused " + std::to_string(successor.value);
  }
  std::vector<std::pair<std::string, std::string>> configuration() override {
    return {{"maxclients", "7"}, {"save", ""}};
  }
};

class ClientTest : public testing::Test {
 protected:
  std::string run(std::initializer_list<std::string_view> arguments) {
    const std::vector<std::string_view> words(arguments);
    std::string text;
    ReplyWriter reply(&text);
    client_.execute(*find_command(words[0]), words, reply);
    return text;
  }

  FixedHost host_;
  Client client_{42, "1.2.3.4:5", host_};
};

TEST_F(ClientTest, PingEchoSelectQuit) {
  EXPECT_EQ(run({"PING"}), "+PONG\r\n");
  EXPECT_EQ(run({"PING", "x"}), bulk("x"));
  EXPECT_EQ(run({"PING", "x", "y"}), error("ERR wrong number of arguments for 'ping' command"));
  EXPECT_EQ(run({"ECHO", "x"}), bulk("x"));
  EXPECT_EQ(run({"SELECT", "0"}), kOk);
  EXPECT_EQ(run({"SELECT", "1"}), error("ERR DB index is out of range"));
  EXPECT_EQ(run({"SELECT", "x"}), error("ERR value is not an integer or out of range"));
  EXPECT_FALSE(client_.has_quit());
  EXPECT_EQ(run({"QUIT"}), kOk);
  EXPECT_TRUE(client_.has_quit());
}

TEST_F(ClientTest, Hello) {
  EXPECT_THAT(run({"HELLO"}), HasSubstr("$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:42\r\n"));
  EXPECT_THAT(run({"HELLO", "2", "AUTH", "u", "p", "SETNAME", "me"}), HasSubstr("*14\r\n"));
  EXPECT_EQ(run({"CLIENT", "GETNAME"}), bulk("me"));
  EXPECT_EQ(run({"HELLO", "3"}), error("NOPROTO unsupported protocol version"));
  EXPECT_EQ(run({"HELLO", "x"}), error("ERR Protocol version is not an integer or out of range"));
  EXPECT_EQ(run({"HELLO", "2", "AUTH", "u"}), error("ERR Syntax error in HELLO option 'AUTH'"));
}

TEST_F(ClientTest, ConfigSet) {
  EXPECT_EQ(run({"CONFIG", "SET", "lease-ms", "200"}), kOk);
  EXPECT_EQ(run({"CONFIG", "SET", "Lease-Ms", "0"}), error("ERR refused 0"));
  for (const std::string_view bad : {"-1", "1.5", "x", "1000001", ""}) {
    EXPECT_EQ(run({"CONFIG", "SET", "lease-ms", bad}),
              error("ERR that is no number of milliseconds"));
  }
  const std::string only = "ERR only lease-ms can be set: CONFIG SET lease-ms <milliseconds>";
  EXPECT_EQ(run({"CONFIG", "SET", "port", "1"}), error(only));
  EXPECT_EQ(run({"CONFIG", "SET", "lease-ms"}), error(only));
}

TEST_F(ClientTest, ClientSubcommands) {
  EXPECT_EQ(run({"CLIENT", "ID"}), ":42\r\n");
  EXPECT_EQ(run({"CLIENT", "GETNAME"}), kNull);
  EXPECT_EQ(run({"CLIENT", "SETNAME", "a b"}),
            error("ERR Client names cannot contain spaces, newlines or special characters."));
  EXPECT_EQ(run({"CLIENT", "SETNAME", "ab"}), kOk);
  EXPECT_THAT(run({"CLIENT", "INFO"}), HasSubstr("id=42 addr=1.2.3.4:5 name=ab"));
  EXPECT_EQ(run({"CLIENT", "SETNAME"}),
            error("ERR wrong number of arguments for 'client|setname' command"));
  EXPECT_EQ(run({"CLIENT", "bogus"}), error("ERR unknown subcommand 'bogus'. Try CLIENT HELP."));
}

TEST_F(ClientTest, ConfigGet) {
  EXPECT_EQ(run({"CONFIG", "GET", "MAX*"}), "*2\r\n" + bulk("maxclients") + bulk("7"));
  EXPECT_EQ(run({"CONFIG", "GET", "nosuch"}), "*0\r\n");
  EXPECT_EQ(run({"CONFIG", "GET"}),
            error("ERR wrong number of arguments for 'config|get' command"));
  EXPECT_EQ(run({"CONFIG", "BOGUS", "a"}),
            error("ERR unknown subcommand 'BOGUS'. Try CONFIG HELP."));
}

TEST_F(ClientTest, Command) {
  EXPECT_EQ(run({"COMMAND", "INFO", "get", "nosuch", kTickName}),
            "*3\r\n*6\r\n$3\r\nget\r\n:2\r\n*1\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n*-1\r\n*-1\r\n");
  EXPECT_EQ(run({"COMMAND", "COUNT"}), ":" + std::to_string(all_commands().size() - 1) + "\r\n");
  EXPECT_THAT(run({"COMMAND"}), Not(HasSubstr(std::string(kTickName))));
  EXPECT_EQ(run({"COMMAND", "DOCS"}), "*0\r\n");
}

TEST_F(ClientTest, ReadOnlyAndInfo) {
  EXPECT_FALSE(client_.reads_locally());
  EXPECT_EQ(run({"READONLY"}), kOk);
  EXPECT_TRUE(client_.reads_locally());
  EXPECT_EQ(run({"READWRITE"}), kOk);
  EXPECT_FALSE(client_.reads_locally());
  EXPECT_EQ(run({"INFO"}), bulk("all"));
  EXPECT_EQ(run({"INFO", "clients"}), bulk("clients"));
}

TEST_F(ClientTest, FailoverNamesASuccessorOrNone) {
  EXPECT_EQ(run({"FAILOVER", "TO", "2"}), kOk);
  EXPECT_EQ(run({"FAILOVER"}), "-ERR refused 0\r\n");
  EXPECT_EQ(run({"FAILOVER", "to", "63"}), "-ERR refused 63\r\n");
  for (const char* id : {"0", "-1", "64", "two", ""}) {
    EXPECT_EQ(run({"FAILOVER", "TO", id}), "-ERR no replica has that id\r\n") << id;
  }
  EXPECT_THAT(run({"FAILOVER", "TO"}), HasSubstr("syntax error"));
  EXPECT_THAT(run({"FAILOVER", "TO", "1", "FORCE"}), HasSubstr("syntax error"));
}

TEST(Info, ShowsTheReplicaAndItsState) {
  Keyspace keys;
  keys.set("a", "1");
  Status status;
  status.role = Role::leader;
  status.leader = ReplicaId{2};
  status.ballot = Ballot{7, ReplicaId{2}, {}};
  status.applied = Slot{9};
  status.holds_lease = true;
  status.peers = {PeerStatus{.id = ReplicaId{3}, .connected = true, .accepted = Slot{8}}};
  const InfoFacts facts{.status = status, .keys = keys};
  const std::string all = format_info(facts, {});
  for (const char* line :
       {"role:leader\r\n", "leader:2\r\n", "ballot:7.2\r\n", "applied:9\r\n", "lease_held:1\r\n",
        "peer3:connected=1,accepted=8,grant_left_us=0,silent_us=-1,suspect_at_us=-1\r\n",
        "db0:keys=1,expires=0,avg_ttl=0\r\n"}) {
    EXPECT_THAT(all, HasSubstr(line));
  }
  const std::string_view wanted[] = {"KEYSPACE"};
  EXPECT_EQ(format_info(facts, wanted), "# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n");
}

}  // namespace
}  // namespace decree::kv
