// Random messages, and their content as text, for tests of the codec.
#ifndef DECREE_TESTS_TRANSPORT_MESSAGES_H_
#define DECREE_TESTS_TRANSPORT_MESSAGES_H_

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "paxos/message.h"

namespace decree::transport {

/// Makes random messages; keeps what their spans point to.
class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : random_(seed) {}

  /// A message of the variant's alternative `index`; it is valid until the maker goes.
  Message make(std::size_t index);
  /// A number below `bound`, often an extreme one.
  std::uint64_t number(std::uint64_t bound);
  Payload bytes(std::size_t size);

 private:
  std::uint64_t any() { return number(0); }
  ReplicaId replica() { return ReplicaId{static_cast<std::uint32_t>(number(kMaxReplicaId + 1))}; }
  Ballot ballot() { return {any(), replica(), Incarnation{any()}}; }
  LeaseAsk ask();
  LeaseEcho echo() { return {LeaseStamp{any()}, any()}; }
  Value value();
  std::span<const Value> values();
  std::span<const AcceptedValue> accepted();

  std::mt19937_64 random_;
  std::deque<std::vector<Value>> values_;
  std::deque<std::vector<AcceptedValue>> accepted_;
  std::deque<Payload> replies_;
};

/// Every field of the message, by name, and every byte of its values.
std::string dump(const Message& message);

}  // namespace decree::transport

#endif  // DECREE_TESTS_TRANSPORT_MESSAGES_H_
