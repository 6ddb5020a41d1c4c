#include "decree/replica.h"

#include <utility>

#include "replica/host.h"
#include "replica/lease_decree.h"

namespace decree {

class Replica::Impl : public replica::Host {
 public:
  using Host::Host;
};

Replica Replica::open(const Options& options, StateMachine& machine) {
  return Replica(std::make_unique<Impl>(options, machine));
}

Replica::Replica(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;
Replica::~Replica() = default;

void Replica::start_propose(Session session, std::span<const std::byte> command,
                            detail::ProposeCompletion done) {
  impl_->propose(std::move(done), {ValueKind::command, session.client, session.sequence, {}},
                 command);
}

void Replica::start_open_session(detail::SessionCompletion done) {
  impl_->propose(std::move(done), {ValueKind::open_session, {}, {}, {}}, {});
}

void Replica::start_set_lease(const LeaseSettings& settings, detail::SettingsCompletion done) {
  const replica::LeaseDecree decree{settings, false};
  impl_->propose(std::move(done), {ValueKind::lease_settings, {}, {}, {}}, decree.encode());
}

void Replica::start_read(std::function<void()> read, Consistency consistency,
                         detail::ReadCompletion done) {
  impl_->read(std::move(read), consistency, std::move(done));
}

bool Replica::holds_lease() const noexcept { return impl_->holds_lease(); }

void Replica::on_leadership(std::function<void(const LeadershipEvent&)> handler) {
  impl_->on_leadership(std::move(handler));
}

void Replica::on_stages(std::function<void(const CommitStages&)> handler) {
  impl_->on_stages(std::move(handler));
}

boost::system::error_code Replica::hand_over(ReplicaId to) { return impl_->hand_over(to); }

void Replica::report_health(bool healthy) { impl_->report_health(healthy); }

Status Replica::status() const { return impl_->status(); }

boost::asio::any_io_executor Replica::executor() const noexcept { return impl_->executor(); }

void Replica::close() { impl_->close(); }

}  // namespace decree
