#include "examples/kv/client.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "examples/kv/command_list.h"
#include "examples/kv/glob.h"
#include "examples/kv/integer.h"
#include "examples/kv/version.h"

namespace decree::kv {
namespace {

// False, with the error written, unless there are `count` arguments.
bool has_arguments(Arguments arguments, std::size_t count, ReplyWriter& reply) {
  if (arguments.size() != count) {
    reply.error(wrong_arity(to_lower(arguments[0]) + '|' + to_lower(arguments[1])));
    return false;
  }
  return true;
}

void unknown_subcommand(Arguments arguments, ReplyWriter& reply) {
  reply.error("ERR unknown subcommand '" + std::string(arguments[1].substr(0, 128)) + "'. Try " +
              to_upper(arguments[0]) + " HELP.");
}

bool is_graphic(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

}  // namespace

Client::Handler Client::find(std::string_view name) {
  static const std::unordered_map<std::string_view, Handler> handlers = {
      {"ping", &Client::ping},           {"echo", &Client::echo},
      {"select", &Client::select},       {"hello", &Client::hello},
      {"quit", &Client::quit},           {"client", &Client::client},
      {"config", &Client::config},       {"command", &Client::command},
      {"info", &Client::info},           {"readonly", &Client::readonly},
      {"readwrite", &Client::readwrite}, {"failover", &Client::failover},
  };
  return handlers.at(name);
}

void Client::execute(const Command& command, Arguments arguments, ReplyWriter& reply) {
  (this->*find(command.name))(arguments, reply);
}

void Client::ping(Arguments arguments, ReplyWriter& reply) {
  if (arguments.size() > 2) {
    reply.error(wrong_arity("ping"));
  } else if (arguments.size() == 2) {
    reply.bulk(arguments[1]);
  } else {
    reply.simple("PONG");
  }
}

void Client::echo(Arguments arguments, ReplyWriter& reply) { reply.bulk(arguments[1]); }

void Client::select(Arguments arguments, ReplyWriter& reply) {
  const std::optional<std::int64_t> database = parse_integer(arguments[1]);
  if (!database) {
    reply.error(kNotAnInteger);
  } else if (*database != 0) {
    reply.error("ERR DB index is out of range");
  } else {
    reply.simple("OK");
  }
}

bool Client::set_name(std::string_view name, ReplyWriter& reply) {
  if (!is_graphic(name)) {
    reply.error("ERR Client names cannot contain spaces, newlines or special characters.");
    return false;
  }
  name_ = name;
  return true;
}

// AUTH is accepted for any user, as by a Redis without a password.
bool Client::take_hello_options(Arguments options, ReplyWriter& reply) {
  for (std::size_t at = 0; at < options.size();) {
    const std::size_t left = options.size() - at - 1;
    if (is_word(options[at], "auth") && left >= 2) {
      at += 3;
    } else if (is_word(options[at], "setname") && left >= 1) {
      if (!set_name(options[at + 1], reply)) {
        return false;
      }
      at += 2;
    } else {
      reply.error("ERR Syntax error in HELLO option '" + std::string(options[at]) + "'");
      return false;
    }
  }
  return true;
}

void Client::hello(Arguments arguments, ReplyWriter& reply) {
  if (arguments.size() > 1) {
    const std::optional<std::int64_t> version = parse_integer(arguments[1]);
    if (!version) {
      reply.error("ERR Protocol version is not an integer or out of range");
      return;
    }
    if (*version != 2) {
      reply.error("NOPROTO unsupported protocol version");
      return;
    }
    if (!take_hello_options(arguments.subspan(2), reply)) {
      return;
    }
  }
  const std::pair<std::string_view, std::string_view> facts[] = {
      {"server", "redis"},    {"version", kRedisVersion}, {"proto", ""},   {"id", ""},
      {"mode", "standalone"}, {"role", "master"},         {"modules", ""},
  };
  reply.array(std::size(facts) * 2);
  for (const auto& [name, value] : facts) {
    reply.bulk(name);
    if (name == "proto") {
      reply.integer(2);
    } else if (name == "id") {
      reply.integer(static_cast<std::int64_t>(id_));
    } else if (name == "modules") {
      reply.array(0);
    } else {
      reply.bulk(value);
    }
  }
}

void Client::quit(Arguments, ReplyWriter& reply) {
  quit_ = true;
  reply.simple("OK");
}

void Client::client(Arguments arguments, ReplyWriter& reply) {
  const std::string_view what = arguments[1];
  if (is_word(what, "id")) {
    if (has_arguments(arguments, 2, reply)) {
      reply.integer(static_cast<std::int64_t>(id_));
    }
  } else if (is_word(what, "getname")) {
    if (has_arguments(arguments, 2, reply)) {
      name_.empty() ? reply.null() : reply.bulk(name_);
    }
  } else if (is_word(what, "setname")) {
    if (has_arguments(arguments, 3, reply) && set_name(arguments[2], reply)) {
      reply.simple("OK");
    }
  } else if (is_word(what, "info")) {
    if (has_arguments(arguments, 2, reply)) {
      reply.bulk("id=" + std::to_string(id_) + " addr=" + address_ + " name=" + name_ +
                 " db=0 resp=2\n");
    }
  } else {
    unknown_subcommand(arguments, reply);
  }
}

void Client::set_config(Arguments arguments, ReplyWriter& reply) {
  if (arguments.size() != 4 || !is_word(arguments[2], "lease-ms")) {
    return reply.error("ERR only lease-ms can be set: CONFIG SET lease-ms <milliseconds>");
  }
  constexpr std::int64_t kMostMs = 1'000'000;
  const std::optional<std::int64_t> ms = parse_integer(arguments[3]);
  if (!ms || *ms < 0 || *ms > kMostMs) return reply.error("ERR that is no number of milliseconds");
  const std::string problem = host_.set_lease(static_cast<std::uint64_t>(*ms) * 1000);
  problem.empty() ? reply.simple("OK") : reply.error("ERR " + problem);
}

void Client::config(Arguments arguments, ReplyWriter& reply) {
  if (is_word(arguments[1], "set")) return set_config(arguments, reply);
  if (!is_word(arguments[1], "get")) {
    unknown_subcommand(arguments, reply);
    return;
  }
  if (arguments.size() < 3) {
    reply.error(wrong_arity("config|get"));
    return;
  }
  std::vector<std::string> found;
  for (auto& [name, value] : host_.configuration()) {
    const Arguments patterns = arguments.subspan(2);
    if (std::any_of(patterns.begin(), patterns.end(), [&n = name](std::string_view pattern) {
          return glob_match(to_lower(pattern), n);
        })) {
      found.push_back(std::move(name));
      found.push_back(std::move(value));
    }
  }
  reply.array(found.size());
  for (const std::string& text : found) {
    reply.bulk(text);
  }
}

void Client::command(Arguments arguments, ReplyWriter& reply) {
  if (arguments.size() == 1) {
    list_commands(reply);
  } else if (is_word(arguments[1], "count")) {
    count_commands(reply);
  } else if (is_word(arguments[1], "info")) {
    describe_commands(arguments.subspan(2), reply);
  } else if (is_word(arguments[1], "docs")) {
    reply.array(0);
  } else {
    unknown_subcommand(arguments, reply);
  }
}

void Client::info(Arguments arguments, ReplyWriter& reply) {
  reply.bulk(host_.info(arguments.subspan(1)));
}

void Client::failover(Arguments arguments, ReplyWriter& reply) {
  std::int64_t successor = 0;  // any
  if (arguments.size() == 3 && is_word(arguments[1], "to")) {
    const std::optional<std::int64_t> id = parse_integer(arguments[2]);
    if (!id || *id < 1 || *id > kMaxReplicaId) return reply.error("ERR no replica has that id");
    successor = *id;
  } else if (arguments.size() != 1) {
    return reply.error("ERR syntax error: FAILOVER [TO <replica id>]");
  }
  const std::string problem = host_.fail_over(ReplicaId{static_cast<std::uint32_t>(successor)});
  problem.empty() ? reply.simple("OK") : reply.error("ERR " + problem);
}

void Client::readonly(Arguments, ReplyWriter& reply) {
  reads_locally_ = true;
  reply.simple("OK");
}

void Client::readwrite(Arguments, ReplyWriter& reply) {
  reads_locally_ = false;
  reply.simple("OK");
}

}  // namespace decree::kv
