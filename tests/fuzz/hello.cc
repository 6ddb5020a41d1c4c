// A hello and its answer: what is taken is the same when it is encoded and decoded again, and a
// stranger's reason is short and printable.
#include <algorithm>

#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "transport/hello.h"

namespace decree::transport {
namespace {

constexpr Origin kOrigin{7, 0, ReplicaId{3}};
constexpr std::size_t kMostReasonBytes = 512;

bool same(const Introduction& a, const Introduction& b) {
  return a.incarnation == b.incarnation && a.start == b.start && a.promised == b.promised &&
         a.log_end == b.log_end;
}

void check_introduction(const Introduction& stated) {
  require(stated.promised.replica.value <= kMaxReplicaId, "a replica id out of range");
}

void check_hello(const Hello& hello) {
  check_introduction(hello.own);
  const Payload frame = encode(kOrigin, hello);
  require(frame.size() <= kMaxHelloBytes, "a hello above the limit");
  const std::optional<Hello> again = decode_hello(frame.view);
  require(again && again->wanted == hello.wanted && same(again->own, hello.own),
          "a hello that is another one after encoding");
}

void check_answer(const HelloAnswer& answer) {
  check_introduction(answer.own);
  const bool printable =
      std::ranges::all_of(answer.reason, [](char c) { return c >= ' ' && c <= '~'; });
  require(printable && answer.reason.size() <= kMostReasonBytes, "a reason that is no short text");
  const Payload frame = encode(kOrigin, answer);
  require(frame.size() <= kMaxHelloBytes, "an answer above the limit");
  const std::optional<HelloAnswer> again = decode_hello_answer(frame.view);
  require(again && again->accepted == answer.accepted && again->reason == answer.reason &&
              same(again->own, answer.own),
          "an answer that is another one after encoding");
}

void decode(std::span<const std::byte> frame) {
  const std::optional<Hello> hello = decode_hello(frame);
  const std::optional<HelloAnswer> answer = decode_hello_answer(frame);
  require(!hello || !answer, "a hello that is its answer, too");
  if (hello) check_hello(*hello);
  if (answer) check_answer(*answer);
}

}  // namespace
}  // namespace decree::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace decree::transport;
  const auto bytes = decree::Input(data, size).rest();
  decode(decree::Payload::copy_of(bytes).view);
  const std::size_t whole =
      std::min(bytes.size(), kMaxHelloBytes) / kFrameAlignment * kFrameAlignment;
  if (whole < kHeaderBytes) return 0;
  const decree::Payload frame = decree::Payload::copy_of(bytes.first(whole));
  for (const FrameType type : {FrameType::hello, FrameType::hello_answer}) {
    seal(frame.owner.bytes(), type, kOrigin);
    decode(frame.view);
  }
  return 0;
}
