#include "replica/applier.h"

#include <xxhash.h>

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "replica/byte_stream.h"
#include "replica/lease_decree.h"

namespace decree::replica {

namespace {

/// What the replica adds to the state, then the machine's.
class StateView final : public wal::StateSource {
 public:
  StateView(std::string own, std::unique_ptr<SnapshotView> machine)
      : own_(std::move(own)), machine_(std::move(machine)) {}
  Next next(std::string& out) override {
    out += std::exchange(own_, {});
    switch (machine_->next(out)) {
      case SnapshotView::Next::more:
        return Next::more;
      case SnapshotView::Next::end:
        return Next::end;
      case SnapshotView::Next::failed:
        break;
    }
    return Next::failed;
  }

 private:
  std::string own_;
  std::unique_ptr<SnapshotView> machine_;
};

class FileReader final : public SnapshotReader {
 public:
  explicit FileReader(wal::SnapshotFile& file) : file_(file) {}
  std::size_t read(std::span<std::byte> into) override { return file_.read(into); }

 private:
  wal::SnapshotFile& file_;
};

}  // namespace

Applied Applier::apply(Slot slot, const Value& value) {
  add_to_digest(slot, value);
  switch (value.kind) {
    case ValueKind::noop:
      return {};
    case ValueKind::open_session:
      sessions_.open(ClientId{slot.value}, slot);
      return {};
    case ValueKind::lease_settings:
      return apply_lease_settings(value);
    case ValueKind::command:
      return value.client ? apply_in_session(slot, value) : apply_command(slot, value);
  }
  return {};
}

Applied Applier::apply_command(Slot slot, const Value& value) {
  Applied applied;
  machine_.apply(Entry{slot, value.client, value.bytes.view}, applied.reply);
  return applied;
}

Applied Applier::apply_in_session(Slot slot, const Value& value) {
  switch (sessions_.check(value.client, value.sequence, slot)) {
    case Sessions::Verdict::unknown:
      return {Errc::session_expired, {}};
    case Sessions::Verdict::stale:
      return {Errc::stale_sequence, {}};
    case Sessions::Verdict::duplicate:
      return {{}, sessions_.reply(value.client)};
    case Sessions::Verdict::fresh:
      break;
  }
  Applied applied = apply_command(slot, value);
  sessions_.remember(value.client, value.sequence, applied.reply);
  return applied;
}

Applied Applier::apply_lease_settings(const Value& value) {
  const std::optional<LeaseDecree> decree = LeaseDecree::decode(value.bytes.view);
  if (!decree) return {Errc::invalid_settings, {}};
  if (lease_settings_ && decree->only_if_none) return {};
  // Whoever lags behind goes by the rho before: that must not be the larger one.
  const std::uint32_t rho_ppm = decree->settings.clock_rate_error_ppm;
  if (lease_settings_ && rho_ppm < lease_settings_->clock_rate_error_ppm) {
    return {Errc::invalid_settings, {}};
  }
  lease_settings_ = decree->settings;
  return {};
}

std::unique_ptr<wal::StateSource> Applier::snapshot() {
  std::unique_ptr<SnapshotView> machine = machine_.snapshot();
  if (machine == nullptr) return nullptr;
  ByteWriter own;
  own.put(digest_);
  if (lease_settings_) {
    own.put(LeaseDecree{*lease_settings_}.encode());
  } else {
    own.put(std::span<const std::byte>{});
  }
  sessions_.save(own);
  return std::make_unique<StateView>(own.take(), std::move(machine));
}

std::string Applier::restore(wal::SnapshotFile& file) {
  FileReader reader(file);
  ByteReader own(reader);
  digest_ = own.get();
  lease_settings_.reset();
  if (const std::vector<std::byte> lease = own.get_bytes(LeaseDecree::kBytes); !lease.empty()) {
    const std::optional<LeaseDecree> decree = LeaseDecree::decode(lease);
    if (!decree) return "its lease settings cannot be read";
    lease_settings_ = decree->settings;
  }
  if (!sessions_.load(own)) return "its session table cannot be read";
  machine_.restore(reader);
  return {};
}

void Applier::add_to_digest(Slot slot, const Value& value) {
  const std::array<std::uint64_t, 4> head{slot.value, static_cast<std::uint64_t>(value.kind),
                                          value.client.value, value.sequence.value};
  digest_ = XXH3_64bits_withSeed(head.data(), sizeof head, digest_);
  if (value.bytes.size() == 0) return;
  digest_ = XXH3_64bits_withSeed(value.bytes.view.data(), value.bytes.size(), digest_);
}

}  // namespace decree::replica
