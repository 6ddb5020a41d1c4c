// What a connection knows of its client, and the commands that concern only that.
#ifndef DECREE_EXAMPLES_KV_CLIENT_H_
#define DECREE_EXAMPLES_KV_CLIENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "decree/types.h"
#include "examples/kv/command.h"

namespace decree::kv {

/// What the commands of Kind::connection ask the server for.
class Host {
 public:
  virtual ~Host() = default;
  /// The text of INFO for these sections; none: all.
  virtual std::string info(Arguments sections) = 0;
  /// The parameters that CONFIG GET shows.
  virtual std::vector<std::pair<std::string, std::string>> configuration() = 0;
  /// Begins to have the group decide on this lease. Empty, or why it cannot be.
  virtual std::string set_lease(std::uint64_t lease_us) = 0;
  /// Begins to hand leading over to this replica, none: to any. Empty, or why that cannot be.
  virtual std::string fail_over(ReplicaId successor) = 0;
};

class Client {
 public:
  Client(std::uint64_t id, std::string address, Host& host)
      : id_(id), address_(std::move(address)), host_(host) {}

  /// Executes a command of Kind::connection and writes its one reply.
  void execute(const Command& command, Arguments arguments, ReplyWriter& reply);

  /// Set by READONLY: reads may be answered with whatever this replica has, possibly stale.
  [[nodiscard]] bool reads_locally() const { return reads_locally_; }
  void read_locally(bool locally) { reads_locally_ = locally; }
  /// Set by QUIT.
  [[nodiscard]] bool has_quit() const { return quit_; }

 private:
  using Handler = void (Client::*)(Arguments, ReplyWriter&);
  static Handler find(std::string_view name);

  void ping(Arguments arguments, ReplyWriter& reply);
  void echo(Arguments arguments, ReplyWriter& reply);
  void select(Arguments arguments, ReplyWriter& reply);
  void hello(Arguments arguments, ReplyWriter& reply);
  void quit(Arguments arguments, ReplyWriter& reply);
  void client(Arguments arguments, ReplyWriter& reply);
  void config(Arguments arguments, ReplyWriter& reply);
  void set_config(Arguments arguments, ReplyWriter& reply);
  void command(Arguments arguments, ReplyWriter& reply);
  void info(Arguments arguments, ReplyWriter& reply);
  void failover(Arguments arguments, ReplyWriter& reply);
  void readonly(Arguments arguments, ReplyWriter& reply);
  void readwrite(Arguments arguments, ReplyWriter& reply);
  bool take_hello_options(Arguments options, ReplyWriter& reply);
  bool set_name(std::string_view name, ReplyWriter& reply);

  std::uint64_t id_;
  std::string address_;
  Host& host_;
  std::string name_;
  bool reads_locally_ = false;
  bool quit_ = false;
};

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_CLIENT_H_
