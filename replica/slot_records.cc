#include "replica/slot_records.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

namespace decree::replica {

std::string recover_slots(paxos::Core& core, transport::Decoder& decoder, const Record& record) {
  if (record.kind == RecordKind::watermark) {
    if (core.recover_watermark(record.last)) return {};
    return fmt::format("slots through {} are known chosen, but some are missing",
                       record.last.value);
  }
  std::string_view problem;
  const Message* message = decoder.decode(Payload::copy_of(record.bytes), problem);
  if (message == nullptr) return fmt::format("a frame cannot be read: {}", problem);
  if (const auto* accept = std::get_if<Accept>(message)) {
    core.recover_accept(*accept);
  } else if (const auto* chosen = std::get_if<Chosen>(message)) {
    core.recover_chosen(*chosen);
  } else {
    return "a frame is neither an accept nor a chosen value";
  }
  return {};
}

}  // namespace decree::replica
