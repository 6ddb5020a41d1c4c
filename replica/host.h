// The thread of a replica and everything that lives on it.
#ifndef DECREE_REPLICA_HOST_H_
#define DECREE_REPLICA_HOST_H_

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "decree/options.h"
#include "decree/replica.h"
#include "decree/state_machine.h"
#include "leases/boot_clock.h"
#include "proactor/asio_source.h"
#include "proactor/proactor.h"
#include "replica/engine.h"
#include "replica/mailbox.h"
#include "transport/asio_network.h"
#include "wal/disk.h"

namespace decree::replica {

enum class Part {
  voter,
  learner,  // gets what is chosen; see Engine::learn_only()
};

/// Owns the thread; the thread alone touches disk, log, network and engine, and waits for all of
/// them, and for Asio, in one proactor.
class Host {
 public:
  /// Starts the thread and returns when the replica has joined the group or could not: then throws
  /// OpenError.
  Host(const Options& options, StateMachine& machine, Part part = Part::voter);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Any thread.
  /// Of `value` the bytes are missing: they are copied.
  void propose(Requester requester, Value value, std::span<const std::byte> bytes);
  void read(std::function<void()> body, Consistency consistency, detail::ReadCompletion done);
  void on_leadership(std::function<void(const LeadershipEvent&)> handler);
  void on_stages(std::function<void(const CommitStages&)> handler);
  [[nodiscard]] bool holds_lease() const noexcept { return engine_.holds_lease(); }
  [[nodiscard]] Status status();
  [[nodiscard]] boost::asio::any_io_executor executor() noexcept {
    return asio_.context().get_executor();
  }
  boost::system::error_code hand_over(ReplicaId to);
  void report_health(bool healthy);
  void close();

 private:
  enum class Stage { running, handing_over, closing, closed };

  // The engine's thread.
  void run(std::function<void(const std::string&)> opened);
  [[nodiscard]] std::string open();
  void loop();
  void end();
  void wait_for_events();
  void take_mail();
  void take(MailedRequest request);
  void begin_to_close();
  void shut_engine();
  [[nodiscard]] bool may_stop() const;

  void mail(MailedRequest request);
  /// Runs `body` on the engine's thread and waits for it; on the caller's once that has ended.
  void run_there(std::function<void()> body);
  [[nodiscard]] bool on_engine_thread() const;

  const Options options_;
  const Part part_;
  leases::BootClock clock_;
  std::error_code no_uring_;  // why, if there is none
  std::unique_ptr<proactor::Proactor> proactor_;
  proactor::AsioSource asio_;
  std::unique_ptr<wal::Disk> disk_;
  Engine engine_;
  std::unique_ptr<transport::AsioNetwork> network_;
  Mailbox mailbox_;
  std::vector<MailedRequest> mail_;
  Stage stage_ = Stage::running;  // of the engine's thread
  bool told_failure_ = false;     // its peers
  leases::Time close_by_;         // when closing stops waiting for a successor, or for the disk
  std::mutex after_close_;        // held by callers that find the mailbox closed
  std::thread thread_;
};

}  // namespace decree::replica

#endif  // DECREE_REPLICA_HOST_H_
