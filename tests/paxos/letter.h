// A message that owns what its spans point at: what is under way between two replicas, and what a
// record of the log holds.
#ifndef DECREE_TESTS_PAXOS_LETTER_H_
#define DECREE_TESTS_PAXOS_LETTER_H_

#include <string>
#include <string_view>
#include <vector>

#include "paxos/message.h"
#include "paxos/record.h"

namespace decree::paxos::test {

class Letter {
 public:
  explicit Letter(const Message& message);
  Letter(const Letter&) = delete;
  Letter& operator=(const Letter&) = delete;

  [[nodiscard]] const Message& message() const { return message_; }

 private:
  Message message_;
  std::vector<Value> values_;
  std::vector<AcceptedValue> accepted_;
};

/// A command whose bytes are its name, padded to a size.
Value command(std::string_view name, std::size_t size = 0);
/// A command known by its number alone: its bytes are shared, whatever their size.
Value numbered(std::uint64_t number, std::size_t size);
bool same(const Value& left, const Value& right);

// As a reader of the field writes them: 3.1 is ballot round 3 of replica 1.
std::string text(const Ballot& ballot);
std::string text(Slot slot);
std::string text(const Value& value);
std::string text(const Message& message);
std::string text(const Record& record);

}  // namespace decree::paxos::test

#endif  // DECREE_TESTS_PAXOS_LETTER_H_
