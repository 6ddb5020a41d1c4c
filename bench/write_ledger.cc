#include "bench/write_ledger.h"

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <cstring>

namespace decree::bench {

void WriteLedger::apply(const Entry& entry, Reply& /*reply*/) {
  if (!entry.client) {
    ++commands_;
    return;
  }
  std::uint64_t number = 0;
  if (entry.bytes.size() >= sizeof number) std::memcpy(&number, entry.bytes.data(), sizeof number);
  std::uint64_t& last = last_[entry.client.value];
  if (number == last + 1) {
    ++written_;
  } else {
    ++misplaced_;
  }
  last = number;
}

std::unique_ptr<SnapshotView> WriteLedger::snapshot() {
  const nlohmann::json state{
      {"commands", commands_}, {"written", written_}, {"misplaced", misplaced_}, {"last", last_}};
  return std::make_unique<CopiedState>(state.dump());
}

void WriteLedger::restore(SnapshotReader& reader) {
  const auto state = nlohmann::json::parse(read_all(reader));
  state.at("commands").get_to(commands_);
  state.at("written").get_to(written_);
  state.at("misplaced").get_to(misplaced_);
  state.at("last").get_to(last_);
}

void number_command(std::span<std::byte> command, std::uint64_t number) {
  std::memcpy(command.data(), &number, sizeof number);
}

std::uint64_t lost_writes(const LedgerState& ledger, std::uint64_t acknowledged) {
  const auto [least, most] = std::minmax(ledger.written, acknowledged);
  return most - least + ledger.misplaced;
}

LedgerState ledger_of(Replica& replica, const WriteLedger& ledger) {
  LedgerState state;
  const auto read = [&] {
    const Status status = replica.status();
    state = {.accepted = status.accepted.value,
             .applied = status.applied.value,
             .digest = status.applied_digest,
             .written = ledger.written(),
             .misplaced = ledger.misplaced()};
  };
  replica.async_read(read, Consistency::local, boost::asio::use_future).get();
  return state;
}

}  // namespace decree::bench
