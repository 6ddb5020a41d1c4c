#include "tests/paxos/letter.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "paxos/limits.h"

namespace decree::paxos::test {

Letter::Letter(const Message& message) : message_(message) {
  if (auto* accept = std::get_if<Accept>(&message_)) {
    values_.assign(accept->values.begin(), accept->values.end());
    accept->values = values_;
  } else if (auto* chosen = std::get_if<Chosen>(&message_)) {
    values_.assign(chosen->values.begin(), chosen->values.end());
    chosen->values = values_;
  } else if (auto* promise = std::get_if<Promise>(&message_)) {
    accepted_.assign(promise->accepted.begin(), promise->accepted.end());
    promise->accepted = accepted_;
  }
}

Value command(std::string_view name, std::size_t size) {
  std::string bytes(name);
  bytes.resize(std::max(size, bytes.size()), '.');
  return {ValueKind::command, {}, {}, Payload::copy_of(std::as_bytes(std::span(bytes)))};
}

Value numbered(std::uint64_t number, std::size_t size) {
  static const std::array<std::byte, kMaxBatchBytes> bytes{};
  return {ValueKind::command, {}, Sequence{number}, {std::span(bytes).first(size), {}}};
}

bool same(const Value& left, const Value& right) {
  const auto& a = left.bytes.view;
  const auto& b = right.bytes.view;
  return left.kind == right.kind && left.client == right.client &&
         left.sequence == right.sequence && a.size() == b.size() &&
         (a.data() == b.data() || a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

std::string text(const Ballot& ballot) {
  if (!ballot) return "none";
  return std::to_string(ballot.round) + "." + std::to_string(ballot.replica.value);
}

std::string text(Slot slot) { return std::to_string(slot.value); }

std::string text(const Value& value) {
  if (value.kind == ValueKind::noop) return "no-op";
  if (value.sequence.value != 0) return "v" + std::to_string(value.sequence.value);
  const auto* begin = reinterpret_cast<const char*>(value.bytes.view.data());
  const std::string_view bytes(begin, value.bytes.size());
  const std::string_view name = bytes.substr(0, bytes.find('.'));
  const bool padded = name.size() < bytes.size();
  return std::string(name) + (padded ? "(" + std::to_string(bytes.size()) + " bytes)" : "");
}

namespace {

std::string list(Slot first, std::span<const Value> values) {
  std::string result;
  for (const Value& value : values) {
    result += " " + text(first) + "=" + text(value);
    first = first.next();
  }
  return result;
}

std::string describe(const Prepare& prepare) {
  return "prepare " + text(prepare.ballot) + ", after " + text(prepare.after);
}

std::string describe(const Promise& promise) {
  std::string result = "promise " + text(promise.ballot);
  if (promise.known_chosen != Slot{}) result += ", known " + text(promise.known_chosen);
  result += ", accepted after " + text(promise.after) + ":";
  if (promise.accepted.empty()) return result + " nothing";
  for (const AcceptedValue& each : promise.accepted) {
    result += " " + text(each.slot) + "=" + text(each.value) + "@" + text(each.ballot);
  }
  return result + (promise.last ? "" : " and more");
}

std::string describe(const Accept& accept) {
  return "accept " + text(accept.ballot) + " (from " + text(accept.ballot_first) + "), announced " +
         text(accept.announced) + ":" + list(accept.first, accept.values);
}

std::string describe(const Accepted& accepted) {
  return "accepted " + text(accepted.ballot) + " through " + text(accepted.through);
}

std::string describe(const Refused& refused) {
  return "refused " + text(refused.refused) + ", promised " + text(refused.promised);
}

std::string describe(const Watermark& watermark) {
  return "watermark " + text(watermark.ballot) + ", announced " + text(watermark.announced);
}

std::string describe(const Fetch& fetch) {
  return "fetch " + text(fetch.first) + ".." + text(fetch.last);
}

std::string describe(const Chosen& chosen) { return "chosen:" + list(chosen.first, chosen.values); }

std::string describe(const Heartbeat& heartbeat) {
  return "heartbeat " + text(heartbeat.ballot) + " round " + std::to_string(heartbeat.round) +
         ", sent through " + text(heartbeat.sent_through) + ", announced " +
         text(heartbeat.announced);
}

std::string describe(const HeartbeatAnswer& answer) {
  return "heartbeat answer " + text(answer.ballot) + " round " + std::to_string(answer.round) +
         ", received " + text(answer.received);
}

template <typename Other>
std::string describe(const Other& /*message*/) {
  return "a message that is not the core's";
}

}  // namespace

std::string text(const Message& message) {
  return std::visit([](const auto& body) { return describe(body); }, message);
}

std::string text(const Record& record) {
  const std::string slots = text(record.first) + ".." + text(record.last);
  switch (record.kind) {
    case RecordKind::promise:
      return "promise " + text(record.ballot);
    case RecordKind::accept:
      return "accept " + text(record.ballot) + " " + slots;
    case RecordKind::chosen:
      return "chosen " + slots;
    case RecordKind::watermark:
      return "watermark " + text(record.last);
    case RecordKind::reserve:
      return "reserve " + text(record.ballot);
    default:
      return "a record that is not the core's";
  }
}

}  // namespace decree::paxos::test
