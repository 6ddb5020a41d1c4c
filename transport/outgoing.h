// The connection that this replica dials to one peer, and sends on.
#ifndef DECREE_TRANSPORT_OUTGOING_H_
#define DECREE_TRANSPORT_OUTGOING_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "transport/link.h"
#include "transport/send_queue.h"

namespace decree::transport {

/// Dials, says hello, checks who answers, and dials again whenever the connection is lost, until it
/// is closed. One thread.
class Outgoing : public std::enable_shared_from_this<Outgoing> {
 public:
  Outgoing(LinkContext& context, PeerAddress peer);

  /// Dials now, whatever the back-off says, unless the peer is already talked to.
  void dial();
  /// Gives up the connection if it is up; the loss is reported from a handler, then dialled anew.
  void drop();
  /// Final and silent.
  void close();

  void send(const Payload& frame);
  void flush();
  [[nodiscard]] bool up() const { return state_ == State::up; }
  /// Of the peer, while up.
  [[nodiscard]] StartNumber peer_start() const { return peer_start_; }

 private:
  enum class State { resting, dialling, greeting, up, lost, closed };
  using Socket = boost::asio::ip::tcp::socket;
  using Resolved = boost::asio::ip::tcp::resolver::results_type;

  // A handler of the present attempt: not called once the attempt has ended or succeeded.
  template <class Function>
  auto guarded(Function function) {
    return [self = shared_from_this(), socket = socket_, attempt = attempt_,
            function](auto... arguments) {
      if (self->attempt_ == attempt) function(arguments...);
    };
  }
  template <class Function>
  void after(std::chrono::milliseconds delay, Function function);

  void end_attempt(State next);
  void resolve();
  void connect(const Resolved& resolved);
  void say_hello();
  void read_answer();
  void read_answer_payload();
  void judge_answer();
  void refuse(const std::string& reason);
  void become_up(Incarnation incarnation, StartNumber start);
  void watch();
  void report_loss();
  void fail(const std::string& reason);
  void retry();
  [[nodiscard]] std::string name() const;

  LinkContext& context_;
  const PeerAddress peer_;
  State state_ = State::resting;
  std::uint64_t attempt_ = 0;
  std::chrono::milliseconds delay_;  // before the next dial
  bool dial_after_loss_ = false;     // at once, as soon as the loss is reported
  bool waits_for_room_ = false;      // in the socket
  StartNumber peer_start_;
  SendQueue queue_;
  Payload hello_;
  BufferRef answer_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Socket> socket_;  // of the present attempt
};

}  // namespace decree::transport

#endif  // DECREE_TRANSPORT_OUTGOING_H_
