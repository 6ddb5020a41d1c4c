#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "transport/codec.h"
#include "transport/wire.h"

namespace decree::transport {
namespace {

using Blob = flatbuffers::Vector<std::uint8_t>;
template <class Struct>
using Structs = flatbuffers::Vector<const Struct*>;

constexpr std::string_view kMalformed = "the FlatBuffer is malformed";
constexpr std::string_view kTooMany = "too many values";
constexpr std::string_view kMisaligned = "values are not aligned";
constexpr std::string_view kBadLengths = "the lengths of the values do not add up to their bytes";
constexpr std::string_view kBadKind = "unknown kind of value";
constexpr std::string_view kBadReplica = "replica id out of range";
constexpr std::string_view kBadSlots = "slots do not ascend";

std::span<const std::byte> view_of(const Blob& blob) {
  return {reinterpret_cast<const std::byte*>(blob.data()), blob.size()};
}

/// A message of all its fields: if one is left out, this does not compile.
template <class M, class... Fields>
M whole(Fields&&... fields) {
  constexpr bool takes_more = requires { M{std::forward<Fields>(fields)..., {}}; };
  static_assert(!takes_more, "a field is missing");
  return M{std::forward<Fields>(fields)...};
}

bool known(ReplicaId id) { return id.value <= kMaxReplicaId; }
bool known(const Ballot& ballot) { return known(ballot.replica); }

}  // namespace

class Decoder::Impl {
 public:
  const Message* decode(const Payload& frame, std::string_view& problem) {
    values_.clear();
    accepted_.clear();
    frame_ = aligned(frame);
    problem_ = check_header();
    if (problem_.empty()) decode_message();
    problem = problem_;
    return problem_.empty() ? &message_ : nullptr;
  }

 private:
  static Payload aligned(const Payload& frame) {
    const auto address = reinterpret_cast<std::uintptr_t>(frame.view.data());
    return address % alignof(std::uint64_t) == 0 ? frame : Payload::copy_of(frame.view);
  }

  std::string_view check_header() {
    if (frame_.size() < kHeaderBytes) return "shorter than a header";
    header_ = read_header(frame_.view);
    if (header_.magic != kMagic) return "bad magic";
    if (header_.version != kWireVersion) return "another wire version";
    if (frame_.size() > kMaxFrameBytes) return "longer than a frame may be";
    if (header_.frame_bytes() != frame_.size()) return "the length is not that of the frame";
    return {};
  }

  void decode_message() {
    switch (header_.type) {
      case FrameType::prepare:
        return read_as<wire::Prepare>();
      case FrameType::promise:
        return read_as<wire::Promise>();
      case FrameType::accept:
        return read_as<wire::Accept>();
      case FrameType::accepted:
        return read_as<wire::Accepted>();
      case FrameType::refused:
        return read_as<wire::Refused>();
      case FrameType::watermark:
        return read_as<wire::Watermark>();
      case FrameType::fetch:
        return read_as<wire::Fetch>();
      case FrameType::chosen:
        return read_as<wire::Chosen>();
      case FrameType::heartbeat:
        return read_as<wire::Heartbeat>();
      case FrameType::heartbeat_answer:
        return read_as<wire::HeartbeatAnswer>();
      case FrameType::canvass:
        return read_as<wire::Canvass>();
      case FrameType::canvass_answer:
        return read_as<wire::CanvassAnswer>();
      case FrameType::release:
        return read_as<wire::Release>();
      case FrameType::forward:
        return read_as<wire::Forward>();
      case FrameType::forward_answer:
        return read_as<wire::ForwardAnswer>();
      case FrameType::read_point:
        return read_as<wire::ReadPoint>();
      case FrameType::read_point_answer:
        return read_as<wire::ReadPointAnswer>();
      case FrameType::fetch_snapshot:
        return read_as<wire::FetchSnapshot>();
      case FrameType::snapshot_chunk:
        return read_as<wire::SnapshotChunk>();
      case FrameType::hello:
      case FrameType::hello_answer:
        break;
    }
    problem_ = "not a message";
  }

  // The one place where untrusted bytes become a table.
  template <class Table>
  void read_as() {
    const auto* data = reinterpret_cast<const std::uint8_t*>(frame_.view.data()) + kHeaderBytes;
    flatbuffers::Verifier verifier(data, header_.length, kMaxDepth, kMaxTables);
    if (!verifier.VerifyBuffer<Table>(nullptr)) return fail(kMalformed);
    read(*flatbuffers::GetRoot<Table>(data));
  }

  void read(const wire::Prepare& t) {
    message_ = whole<Prepare>(ballot(t.ballot()), Slot{t.after()}, StartNumber{t.start()},
                              ballot(t.hand_over()));
  }

  void read(const wire::Promise& t) {
    if (!read_accepted(*t.accepted(), view_of(*t.bytes()))) return;
    message_ =
        whole<Promise>(ballot(t.ballot()), Slot{t.after()}, t.last(), Slot{t.known_chosen()},
                       t.remainder_ns(), ballot(t.lost()), Slot{t.lost_through()}, accepted_);
  }

  void read(const wire::Accept& t) {
    if (!read_values(*t.values(), view_of(*t.bytes()), t.first())) return;
    message_ = whole<Accept>(ballot(t.ballot()), Slot{t.ballot_first()}, Slot{t.first()},
                             Slot{t.announced()}, from_wire(*t.lease()), values_);
  }

  void read(const wire::Accepted& t) {
    message_ =
        whole<Accepted>(ballot(t.ballot()), Slot{t.through()}, from_wire(*t.lease()), t.disk_ns());
  }

  void read(const wire::Refused& t) {
    message_ = whole<Refused>(ballot(t.refused()), ballot(t.promised()));
  }

  void read(const wire::Watermark& t) {
    message_ = whole<Watermark>(ballot(t.ballot()), Slot{t.announced()});
  }

  void read(const wire::Fetch& t) { message_ = whole<Fetch>(Slot{t.first()}, Slot{t.last()}); }

  void read(const wire::Chosen& t) {
    if (!read_values(*t.values(), view_of(*t.bytes()), t.first())) return;
    message_ = whole<Chosen>(Slot{t.first()}, values_);
  }

  void read(const wire::Heartbeat& t) {
    const Succession succession = from_wire(*t.succession());
    if (!std::all_of(succession.begin(), succession.end(),
                     [](ReplicaId id) { return known(id); })) {
      return fail(kBadReplica);
    }
    message_ = whole<Heartbeat>(ballot(t.ballot()), t.round(), Slot{t.ballot_first()},
                                Slot{t.sent_through()}, Slot{t.announced()}, from_wire(*t.lease()),
                                succession, ballot(t.next()));
  }

  void read(const wire::HeartbeatAnswer& t) {
    message_ = whole<HeartbeatAnswer>(ballot(t.ballot()), t.round(), Slot{t.received()},
                                      from_wire(*t.lease()), t.priority(), t.impaired(),
                                      ballot(t.written()));
  }

  void read(const wire::Canvass& t) {
    message_ = whole<Canvass>(t.round(), ballot(t.following()), Slot{t.log_end()}, t.priority());
  }

  void read(const wire::CanvassAnswer& t) {
    message_ = whole<CanvassAnswer>(t.round(), t.willing(), ballot(t.promised()));
  }

  void read(const wire::Release& t) {
    if (!known(ReplicaId{t.successor()})) return fail(kBadReplica);
    message_ = whole<Release>(ballot(t.ballot()), ReplicaId{t.successor()});
  }

  void read(const wire::Forward& t) {
    const std::span<const std::byte> bytes = view_of(*t.bytes());
    std::size_t used = 0;
    Value value;
    if (!read_value(*t.value(), bytes, used, value)) return;
    if (used != bytes.size()) return fail(kBadLengths);
    message_ = whole<Forward>(t.request(), std::move(value));
  }

  void read(const wire::ForwardAnswer& t) {
    message_ = whole<ForwardAnswer>(t.request(), t.error(),
                                    Token{ballot(t.ballot()), Slot{t.slot()}}, view_of(*t.reply()));
  }

  void read(const wire::ReadPoint& t) { message_ = whole<ReadPoint>(t.request()); }

  void read(const wire::ReadPointAnswer& t) {
    message_ = whole<ReadPointAnswer>(t.request(), t.error(), Slot{t.point()});
  }

  void read(const wire::FetchSnapshot& t) {
    message_ = whole<FetchSnapshot>(Slot{t.slot()}, t.chunk());
  }

  void read(const wire::SnapshotChunk& t) {
    message_ = whole<SnapshotChunk>(Slot{t.slot()}, t.chunks(), t.chunk(), view_of(*t.bytes()));
  }

  Ballot ballot(const wire::Ballot* from) {
    const Ballot result = from_wire(*from);
    if (!known(result)) fail(kBadReplica);
    return result;
  }

  // Values share no bytes and leave none out: what a frame decodes to is never larger than it.
  bool read_value(const wire::Value& from, std::span<const std::byte> bytes, std::size_t& used,
                  Value& to) {
    if (from.kind() > static_cast<std::uint8_t>(ValueKind::lease_settings)) return refuse(kBadKind);
    if (from.length() > bytes.size() - used) return refuse(kBadLengths);
    to =
        Value{static_cast<ValueKind>(from.kind()), ClientId{from.client()},
              Sequence{from.sequence()}, Payload{bytes.subspan(used, from.length()), frame_.owner}};
    used += from.length();
    return true;
  }

  bool read_values(const Structs<wire::Value>& from, std::span<const std::byte> bytes,
                   std::uint64_t first) {
    if (!check_structs(from)) return false;
    if (first > std::numeric_limits<std::uint64_t>::max() - from.size()) return refuse(kBadSlots);
    values_.resize(from.size());
    std::size_t used = 0;
    for (flatbuffers::uoffset_t i = 0; i < from.size(); ++i) {
      if (!read_value(*from.Get(i), bytes, used, values_[i])) return false;
    }
    return used == bytes.size() || refuse(kBadLengths);
  }

  bool read_accepted(const Structs<wire::AcceptedValue>& from, std::span<const std::byte> bytes) {
    if (!check_structs(from)) return false;
    accepted_.resize(from.size());
    std::size_t used = 0;
    for (flatbuffers::uoffset_t i = 0; i < from.size(); ++i) {
      AcceptedValue& to = accepted_[i];
      to.slot = Slot{from.Get(i)->slot()};
      to.ballot = ballot(&from.Get(i)->ballot());
      if (i > 0 && to.slot <= accepted_[i - 1].slot) return refuse(kBadSlots);
      if (!read_value(from.Get(i)->value(), bytes, used, to.value)) return false;
    }
    return used == bytes.size() || refuse(kBadLengths);
  }

  // The verifier has bounded the vector by the frame, but knows no alignment of structs in vectors.
  template <class Struct>
  bool check_structs(const Structs<Struct>& structs) {
    if (structs.size() > kMaxValues) return refuse(kTooMany);
    const auto address = reinterpret_cast<std::uintptr_t>(structs.Data());
    return structs.size() == 0 || address % alignof(Struct) == 0 || refuse(kMisaligned);
  }

  void fail(std::string_view problem) { problem_ = problem; }
  bool refuse(std::string_view problem) {
    fail(problem);
    return false;
  }

  static constexpr flatbuffers::uoffset_t kMaxDepth = 2;
  static constexpr flatbuffers::uoffset_t kMaxTables = 2;

  Payload frame_;
  FrameHeader header_;
  std::string_view problem_;
  Message message_;
  std::vector<Value> values_;
  std::vector<AcceptedValue> accepted_;
};

Decoder::Decoder() : impl_(std::make_unique<Impl>()) {}
Decoder::~Decoder() = default;
const Message* Decoder::decode(const Payload& frame, std::string_view& problem) {
  return impl_->decode(frame, problem);
}

}  // namespace decree::transport
