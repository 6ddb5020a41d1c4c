// A state machine of decree-kv without an engine.
#ifndef DECREE_TESTS_KV_STORE_H_
#define DECREE_TESTS_KV_STORE_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "examples/kv/machine.h"

namespace decree::kv {

/// The reply of a command that is applied, as it goes to the client.
inline std::string apply(Machine& machine, Arguments arguments) {
  std::string request;
  append_request(arguments, &request);
  Entry entry;
  entry.bytes = std::as_bytes(std::span(request));
  Reply reply;
  machine.apply(entry, reply);
  return std::string(reply.text());
}

class Store {
 public:
  std::string apply(std::initializer_list<std::string_view> arguments) {
    return kv::apply(machine_, std::vector<std::string_view>(arguments));
  }
  /// For reads and queries: without the log.
  std::string look(std::initializer_list<std::string_view> arguments) {
    const std::vector<std::string_view> words(arguments);
    std::string reply;
    machine_.look(*find_command(words[0]), words, &reply);
    return reply;
  }
  std::string tick(std::int64_t now_ms) { return apply({kTickName, std::to_string(now_ms)}); }
  [[nodiscard]] const Keyspace& keys() const { return machine_.keys(); }

 private:
  Machine machine_;
};

inline constexpr std::string_view kOk = "+OK\r\n";
inline constexpr std::string_view kNull = "$-1\r\n";
inline constexpr std::string_view kYes = ":1\r\n";
inline constexpr std::string_view kNo = ":0\r\n";

inline std::string bulk(std::string_view text) {
  std::string reply;
  ReplyWriter(&reply).bulk(text);
  return reply;
}
inline std::string error(std::string_view text) { return '-' + std::string(text) + "\r\n"; }

}  // namespace decree::kv

#endif  // DECREE_TESTS_KV_STORE_H_
