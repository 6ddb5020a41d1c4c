#include "messages.h"

#include <limits>
#include <type_traits>

namespace decree::transport {
namespace {

class Dump {
 public:
  void field(const char* name, std::uint64_t value) {
    text_ += std::string(name) + "=" + std::to_string(value) + " ";
  }
  template <class Strong>
  requires requires(Strong strong) { strong.value; }
  void field(const char* name, Strong strong) {
    field(name, static_cast<std::uint64_t>(strong.value));
  }
  void field(const char* name, const Ballot& ballot) {
    field(name, ballot.round);
    field("replica", ballot.replica);
    field("incarnation", ballot.incarnation);
  }
  void field(const char* name, std::span<const std::byte> bytes) {
    text_ += std::string(name) + "=[";
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    text_ += "] ";
  }
  void field(const char* name, const LeaseAsk& ask) {
    field(name, ask.stamp);
    field("duration", ask.duration_ns);
    field("rho", ask.rho_ppm);
    field("start", ask.start);
  }
  void field(const char* name, const LeaseEcho& echo) {
    field(name, echo.stamp);
    field("granted", echo.granted_ns);
  }
  void field(const char* name, const Value& value) {
    field(name, static_cast<std::uint64_t>(value.kind));
    field("client", value.client);
    field("sequence", value.sequence);
    field("bytes", value.bytes.view);
  }
  void field(const char* name, std::span<const Value> values) {
    field(name, values.size());
    for (const Value& value : values) field("value", value);
  }

  void operator()(const Prepare& m) {
    field("prepare", m.ballot);
    field("after", m.after);
    field("start", m.start);
    field("hand_over", m.hand_over);
  }
  void operator()(const Promise& m) {
    field("promise", m.ballot);
    field("after", m.after);
    field("last", m.last);
    field("known_chosen", m.known_chosen);
    field("remainder", m.remainder_ns);
    field("lost", m.lost);
    field("lost_through", m.lost_through);
    field("accepted", m.accepted.size());
    for (const AcceptedValue& accepted : m.accepted) {
      field("slot", accepted.slot);
      field("ballot", accepted.ballot);
      field("value", accepted.value);
    }
  }
  void operator()(const Accept& m) {
    field("accept", m.ballot);
    field("ballot_first", m.ballot_first);
    field("first", m.first);
    field("announced", m.announced);
    field("lease", m.lease);
    field("values", m.values);
  }
  void operator()(const Accepted& m) {
    field("accepted", m.ballot);
    field("through", m.through);
    field("lease", m.lease);
    field("disk", m.disk_ns);
  }
  void operator()(const Refused& m) {
    field("refused", m.refused);
    field("promised", m.promised);
  }
  void operator()(const Watermark& m) {
    field("watermark", m.ballot);
    field("announced", m.announced);
  }
  void operator()(const Fetch& m) {
    field("fetch", m.first);
    field("last", m.last);
  }
  void operator()(const Chosen& m) {
    field("chosen", m.first);
    field("values", m.values);
  }
  void operator()(const Heartbeat& m) {
    field("heartbeat", m.ballot);
    field("round", m.round);
    field("ballot_first", m.ballot_first);
    field("sent_through", m.sent_through);
    field("announced", m.announced);
    field("lease", m.lease);
    for (const ReplicaId id : m.succession) field("successor", id);
    field("next", m.next);
  }
  void operator()(const HeartbeatAnswer& m) {
    field("heartbeat_answer", m.ballot);
    field("round", m.round);
    field("received", m.received);
    field("lease", m.lease);
    field("priority", m.priority);
    field("impaired", static_cast<std::uint64_t>(m.impaired));
    field("written", m.written);
  }
  void operator()(const Canvass& m) {
    field("canvass", m.round);
    field("following", m.following);
    field("log_end", m.log_end);
    field("priority", m.priority);
  }
  void operator()(const CanvassAnswer& m) {
    field("canvass_answer", m.round);
    field("willing", static_cast<std::uint64_t>(m.willing));
    field("promised", m.promised);
  }
  void operator()(const Release& m) {
    field("release", m.ballot);
    field("successor", m.successor);
  }
  void operator()(const Forward& m) {
    field("forward", m.request);
    field("value", m.value);
  }
  void operator()(const ForwardAnswer& m) {
    field("forward_answer", m.request);
    field("error", m.error);
    field("ballot", m.token.ballot);
    field("slot", m.token.slot);
    field("reply", m.reply);
  }
  void operator()(const ReadPoint& m) { field("read_point", m.request); }
  void operator()(const ReadPointAnswer& m) {
    field("read_point_answer", m.request);
    field("error", m.error);
    field("point", m.point);
  }
  void operator()(const FetchSnapshot& m) {
    field("fetch_snapshot", m.slot);
    field("chunk", m.chunk);
  }
  void operator()(const SnapshotChunk& m) {
    field("snapshot", m.slot);
    field("chunks", m.chunks);
    field("chunk", m.chunk);
    field("bytes", m.bytes);
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

template <std::size_t Index = 0>
Message alternative(std::size_t index) {
  if constexpr (Index == std::variant_size_v<Message>) {
    std::abort();
  } else {
    if (index == Index) return Message(std::in_place_index<Index>);
    return alternative<Index + 1>(index);
  }
}

}  // namespace

std::string dump(const Message& message) {
  Dump result;
  std::visit(result, message);
  return result.take();
}

std::uint64_t RandomMessages::number(std::uint64_t bound) {
  const std::uint64_t drawn = random_();
  switch (random_() % 8) {
    case 0:
      return 0;
    case 1:
      return bound - 1;  // of 0: the largest number
    default:
      return bound == 0 ? drawn : drawn % bound;
  }
}

Payload RandomMessages::bytes(std::size_t size) {
  std::vector<std::byte> content(size);
  for (std::byte& byte : content) byte = static_cast<std::byte>(random_());
  return Payload::copy_of(content);
}

LeaseAsk RandomMessages::ask() {
  return {LeaseStamp{any()}, any(), static_cast<std::uint32_t>(any()), StartNumber{any()}};
}

Value RandomMessages::value() {
  return {static_cast<ValueKind>(number(3)), ClientId{any()}, Sequence{any()}, bytes(number(100))};
}

std::span<const Value> RandomMessages::values() {
  std::vector<Value>& made = values_.emplace_back(number(40));
  for (Value& one : made) one = value();
  return made;
}

std::span<const AcceptedValue> RandomMessages::accepted() {
  std::vector<AcceptedValue>& made = accepted_.emplace_back(number(40));
  Slot slot{number(1u << 30)};
  for (AcceptedValue& one : made) {
    one = {slot, ballot(), value()};
    slot = Slot{slot.value + 1 + number(5)};
  }
  return made;
}

Message RandomMessages::make(std::size_t index) {
  Message message = alternative(index);
  const auto u32 = [this] { return static_cast<std::uint32_t>(any()); };
  const auto flag = [this] { return number(2) == 1; };
  const auto slot = [this] { return Slot{any()}; };
  struct Fill {
    decltype(u32)& u32_;
    decltype(flag)& flag_;
    decltype(slot)& slot_;
    RandomMessages& r;
    void operator()(Prepare& m) { m = {r.ballot(), slot_(), StartNumber{r.any()}, r.ballot()}; }
    void operator()(Promise& m) {
      m = {r.ballot(), slot_(), flag_(), slot_(), r.any(), r.ballot(), slot_(), r.accepted()};
    }
    void operator()(Accept& m) {
      m = {r.ballot(), slot_(), Slot{r.any() / 2}, slot_(), r.ask(), r.values()};
    }
    void operator()(Accepted& m) { m = {r.ballot(), slot_(), r.echo(), r.any()}; }
    void operator()(Refused& m) { m = {r.ballot(), r.ballot()}; }
    void operator()(Watermark& m) { m = {r.ballot(), slot_()}; }
    void operator()(Fetch& m) { m = {slot_(), slot_()}; }
    void operator()(Chosen& m) { m = {Slot{r.any() / 2}, r.values()}; }
    void operator()(Heartbeat& m) {
      m = {r.ballot(), r.any(), slot_(), slot_(), slot_(), r.ask(), {}, r.ballot()};
      for (ReplicaId& id : m.succession) id = r.replica();
    }
    void operator()(HeartbeatAnswer& m) {
      m = {r.ballot(), r.any(), slot_(), r.echo(), u32_(), flag_(), r.ballot()};
    }
    void operator()(Canvass& m) { m = {r.any(), r.ballot(), slot_(), u32_()}; }
    void operator()(CanvassAnswer& m) { m = {r.any(), flag_(), r.ballot()}; }
    void operator()(Release& m) { m = {r.ballot(), r.replica()}; }
    void operator()(Forward& m) { m = {r.any(), r.value()}; }
    void operator()(ForwardAnswer& m) {
      const Payload& reply = r.replies_.emplace_back(r.bytes(r.number(100)));
      m = {r.any(), u32_(), Token{r.ballot(), slot_()}, reply.view};
    }
    void operator()(ReadPoint& m) { m = {r.any()}; }
    void operator()(ReadPointAnswer& m) { m = {r.any(), u32_(), slot_()}; }
    void operator()(FetchSnapshot& m) { m = {slot_(), r.any()}; }
    void operator()(SnapshotChunk& m) {
      const Payload& bytes = r.replies_.emplace_back(r.bytes(r.number(100)));
      m = {slot_(), r.any(), r.any(), bytes.view};
    }
  };
  std::visit(Fill{u32, flag, slot, *this}, message);
  return message;
}

}  // namespace decree::transport
