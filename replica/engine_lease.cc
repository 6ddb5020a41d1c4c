// What the engine has to do with leases that is no step of a turn.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "replica/engine.h"
#include "replica/lease_decree.h"

namespace decree::replica {

/// In the step that has applied such a decree, before anybody is told of it. A replica whose clock
/// may err by more than the group allows for has no part in leases.
void Engine::follow_lease_settings() {
  const std::optional<LeaseSettings>& decided = applier_.lease_settings();
  if (!decided) return;
  settings_.decided_rho_ppm = decided->clock_rate_error_ppm;
  wait_.decided(decided->clock_rate_error_ppm);
  if (*decided == lease_settings_) return;
  lease_settings_ = *decided;
  const bool fits = options_.clock_rate_error_ppm <= decided->clock_rate_error_ppm;
  settings_.lease =
      leases::Duration::micros(fits ? static_cast<std::int64_t>(decided->lease_us) : 0);
  settings_.rho_ppm = decided->clock_rate_error_ppm;
  lease_.decided(settings_.lease, settings_.rho_ppm);
  if (grantor_) {
    grantor_->decided(settings_.lease, settings_.rho_ppm);
    persist_lease();
  }
  notice_(fmt::format("the group has decided on lease_us {} and clock_rate_error_ppm {}{}",
                      decided->lease_us, decided->clock_rate_error_ppm,
                      fits ? "" : ", less than this replica's own: it grants no lease"));
}

/// By the first leader of a group.
void Engine::propose_lease_settings() {
  const auto bytes = LeaseDecree{options_.lease(), true}.encode();
  detail::SettingsCompletion nobody([](boost::system::error_code) {}, {});
  propose(std::move(nobody), Value{ValueKind::lease_settings, {}, {}, keep(bytes)});
}

/// Nothing is granted for longer than what is durable.
void Engine::persist_lease() {
  const std::optional<leases::Duration> longest = grantor_->must_persist();
  if (!longest) return;
  const Slot value{static_cast<std::uint64_t>(longest->ns)};
  lease_record_ = core_.record(Record{RecordKind::lease, {}, {}, value, {}});
  more_work_ = true;
}

/// At each renewal of a lease, the own one or another's, and before it is told what is left of one.
/// What was granted and what is waited for begins again at its full length; what is held is given
/// up until it is granted anew.
void Engine::watch_clock(leases::Time now) {
  if (clock_monitor_->agrees()) return;
  ++clock_faults_;
  notice_("the clocks of this machine part by more than clock_rate_error_ppm: leases begin anew");
  lease_.void_lease();
  grantor_->clock_fault(now);
  wait_.clock_fault(now);
}

void Engine::watch_lease(leases::Time now) {
  if (!started_) return;
  // Where there are no leases, leadership is never in doubt.
  const bool held = settings_.lease.ns == 0 || lease_.expiry() > now;
  had_lease_ = had_lease_ || held;
  // Before the first grants arrive there is nothing to lose.
  if (held != in_doubt_ || !had_lease_) return;
  in_doubt_ = !held;
  tell_leadership(held ? LeadershipEvent::Kind::regained : LeadershipEvent::Kind::in_doubt);
}

}  // namespace decree::replica
