// A frame, from its header to the message: what decodes is no larger than the frame, lies in it,
// and is the same when it is encoded and decoded again.
#include <variant>

#include "paxos/message.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/transport/messages.h"
#include "transport/codec.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{7, 0, ReplicaId{3}};

/// What a message makes others keep of the frame.
class Extent {
 public:
  explicit Extent(const Payload& frame) : frame_(frame) {}

  void operator()(const Accept& m) { add_all(m.values); }
  void operator()(const Chosen& m) { add_all(m.values); }
  void operator()(const Promise& m) {
    for (std::size_t i = 0; i < m.accepted.size(); ++i) {
      require(i == 0 || m.accepted[i - 1].slot < m.accepted[i].slot, "slots that do not ascend");
      add(m.accepted[i].value);
    }
  }
  void operator()(const Forward& m) { add(m.value); }
  void operator()(const ForwardAnswer& m) { add(m.reply); }
  void operator()(const SnapshotChunk& m) { add(m.bytes); }
  void operator()(const auto&) {}

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kStruct = 24;  // of a value, at least

  void add_all(std::span<const Value> values) {
    for (const Value& value : values) add(value);
  }
  void add(const Value& value) {
    require(value.kind <= ValueKind::lease_settings, "an unknown kind of value");
    bytes_ += kStruct;
    add(value.bytes.view);
  }
  void add(std::span<const std::byte> bytes) {
    bytes_ += bytes.size();
    const bool inside =
        bytes.empty() || (bytes.data() >= frame_.view.data() &&
                          bytes.data() + bytes.size() <= frame_.view.data() + frame_.view.size());
    require(inside, "bytes that are not in the frame");
  }

  const Payload& frame_;
  std::size_t bytes_ = 0;
};

void check_message(const Message& message, const Payload& frame) {
  Extent extent(frame);
  std::visit(extent, message);
  require(extent.bytes() <= frame.size(), "a message that is larger than its frame");
  const std::string text = dump(message);
  Encoder encoder(kOrigin);
  const Payload again = encoder.encode(message);
  require(checksum_good(again.view), "an encoded frame with a bad checksum");
  Decoder decoder;
  std::string_view problem;
  const Message* decoded = decoder.decode(again, problem);
  require(decoded != nullptr, "an encoded message does not decode: " + std::string(problem));
  require(dump(*decoded) == text, "a message that is another one after encoding");
}

void decode(const Payload& frame) {
  Decoder decoder;
  std::string_view problem;
  const Message* message = decoder.decode(frame, problem);
  require((message == nullptr) != problem.empty(), "a message with a problem, or neither");
  if (message != nullptr) check_message(*message, frame);
}

/// As it comes from the network.
void receive(const Payload& frame) {
  if (frame.size() < kHeaderBytes) return;
  const FrameHeader header = read_header(frame.view);
  if (!header_problem(header, kOrigin, kMaxFrameBytes).empty()) return;
  require(header.frame_bytes() <= kMaxFrameBytes, "a frame above the limit is let in");
  if (header.frame_bytes() == frame.size() && checksum_good(frame.view)) decode(frame);
}

/// With a good header and checksum, of the type that it says to be.
void receive_sealed(const Payload& frame) {
  const auto type = read_header(frame.view).type;
  seal(frame.owner.bytes(), type, kOrigin);
  require(checksum_good(frame.view), "a sealed frame with a bad checksum");
  receive(frame);
}

}  // namespace
}  // namespace decree::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace decree::transport;
  const auto bytes = decree::Input(data, size).rest();
  receive(decree::Payload::copy_of(bytes));
  decode(decree::Payload::copy_of(bytes));
  const std::size_t whole = bytes.size() - bytes.size() % kFrameAlignment;
  if (whole >= kHeaderBytes) receive_sealed(decree::Payload::copy_of(bytes.first(whole)));
  return 0;
}
