#include "transport/outgoing.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>

namespace decree::transport {

namespace asio = boost::asio;
using boost::system::error_code;

Outgoing::Outgoing(LinkContext& context, PeerAddress peer)
    : context_(context),
      peer_(std::move(peer)),
      delay_(context.limits().retry_first),
      queue_(context.limits().queue_bytes),
      answer_(BufferRef::allocate(kMaxHelloBytes)),
      resolver_(context.io),
      timer_(context.io) {}

std::string Outgoing::name() const {
  return "replica " + std::to_string(peer_.id.value) + " at " + peer_.host + ":" +
         std::to_string(peer_.port);
}

template <class Function>
void Outgoing::after(std::chrono::milliseconds delay, Function function) {
  timer_.expires_after(delay);
  timer_.async_wait(guarded([function](error_code error) {
    if (!error) function();
  }));
}

void Outgoing::end_attempt(State next) {
  ++attempt_;
  state_ = next;
  timer_.cancel();
  resolver_.cancel();
  queue_.clear();
  waits_for_room_ = false;
  error_code ignored;
  if (socket_) socket_->close(ignored);
  socket_.reset();
}

void Outgoing::close() {
  if (state_ != State::closed) end_attempt(State::closed);
}

void Outgoing::dial() {
  if (state_ == State::lost) dial_after_loss_ = true;
  if (state_ != State::resting && state_ != State::dialling) return;
  end_attempt(State::dialling);
  socket_ = std::make_shared<Socket>(context_.io);
  after(context_.limits().hello, [this] { fail("no answer in time"); });
  resolve();
}

void Outgoing::resolve() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(peer_.host, error);
  const std::string port = std::to_string(peer_.port);
  if (!error) return connect(Resolved::create({address, peer_.port}, peer_.host, port));
  resolver_.async_resolve(peer_.host, port,
                          guarded([this](error_code problem, const Resolved& resolved) {
                            if (problem) return fail(problem.message());
                            connect(resolved);
                          }));
}

void Outgoing::connect(const Resolved& resolved) {
  asio::async_connect(*socket_, resolved, guarded([this](error_code error, const auto&...) {
    if (error) return fail(error.message());
    say_hello();
  }));
}

void Outgoing::say_hello() {
  state_ = State::greeting;
  tune(*socket_, context_.limits().dead);
  context_.events.on_hello(peer_.id);
  hello_ = encode(context_.options.origin, Hello{peer_.id, context_.events.introduce()});
  asio::async_write(*socket_, asio::buffer(hello_.view.data(), hello_.view.size()),
                    guarded([this](error_code error, std::size_t) {
                      if (error) return fail(error.message());
                      read_answer();
                    }));
}

void Outgoing::read_answer() {
  asio::async_read(*socket_, asio::buffer(answer_.bytes().data(), kHeaderBytes),
                   guarded([this](error_code error, std::size_t) {
                     if (error) return fail("it closed the connection instead of answering");
                     read_answer_payload();
                   }));
}

void Outgoing::read_answer_payload() {
  const FrameHeader header = read_header(answer_.bytes());
  const std::string problem = header_problem(header, context_.options.origin, kMaxHelloBytes);
  if (!problem.empty()) return refuse(problem);
  const std::span<std::byte> rest = answer_.bytes().subspan(kHeaderBytes, header.length);
  asio::async_read(*socket_, asio::buffer(rest.data(), rest.size()),
                   guarded([this](error_code error, std::size_t) {
                     if (error) return fail("it closed the connection while answering");
                     judge_answer();
                   }));
}

void Outgoing::judge_answer() {
  const FrameHeader header = read_header(answer_.bytes());
  const std::span<const std::byte> frame = answer_.bytes().first(header.frame_bytes());
  if (!checksum_good(frame)) return refuse("bad checksum");
  const std::optional<HelloAnswer> answer = decode_hello_answer(frame);
  if (!answer) return refuse("malformed answer to hello");
  if (!answer->accepted) return fail("it refuses this replica: " + answer->reason);
  const std::string reason = context_.admission.judge(header, *answer, peer_.id);
  if (!reason.empty()) return refuse(reason);
  become_up(answer->own.incarnation, answer->own.start);
}

// The other side gets to know why, as far as the socket takes it.
void Outgoing::refuse(const std::string& reason) {
  const Payload answer =
      encode(context_.options.origin, HelloAnswer{false, context_.events.introduce(), reason});
  error_code ignored;
  socket_->non_blocking(true, ignored);
  socket_->write_some(asio::buffer(answer.view.data(), answer.view.size()), ignored);
  fail("refused: " + reason);
}

void Outgoing::fail(const std::string& reason) {
  context_.notices.report(peer_.id, Side::dialled, "no connection to " + name() + ": " + reason);
  if (state_ == State::closed) return;
  end_attempt(State::resting);
  retry();
}

void Outgoing::retry() {
  after(delay_, [this] { dial(); });
  delay_ = std::min(delay_ * 2, context_.limits().retry_last);
}

void Outgoing::become_up(Incarnation incarnation, StartNumber start) {
  state_ = State::up;
  ++attempt_;  // the limit may have passed by now, its handler waiting behind this one
  timer_.cancel();
  delay_ = context_.limits().retry_first;
  peer_start_ = start;
  error_code ignored;
  socket_->non_blocking(true, ignored);
  // Only now: a peer that we welcome may still refuse us, again and again.
  for (const Side side : {Side::dialled, Side::accepted}) context_.notices.settled(peer_.id, side);
  watch();
  context_.events.on_connected(peer_.id, incarnation);
}

// Nothing is ever received here, so whatever makes the socket readable ends the connection.
void Outgoing::watch() {
  socket_->async_wait(Socket::wait_read, guarded([this](error_code) { drop(); }));
}

void Outgoing::drop() {
  if (state_ != State::up) return;
  end_attempt(State::lost);
  dial_after_loss_ = false;
  asio::post(context_.io, guarded([this] { report_loss(); }));
}

void Outgoing::report_loss() {
  context_.events.on_disconnected(peer_.id);
  if (state_ == State::closed) return;
  state_ = State::resting;
  context_.owner.dialled_lost(peer_.id);
  if (dial_after_loss_) return dial();
  retry();
}

void Outgoing::send(const Payload& frame) {
  if (state_ != State::up || queue_.push(frame)) return;
  context_.notices.report(peer_.id, Side::dialled,
                          name() + " is too slow: more than " +
                              std::to_string(context_.limits().queue_bytes) +
                              " bytes wait for it; starting over");
  drop();
}

void Outgoing::flush() {
  if (state_ != State::up || waits_for_room_ || queue_.empty()) return;
  switch (queue_.write(socket_->native_handle())) {
    case SendQueue::Written::everything:
      return;
    case SendQueue::Written::failed:
      return drop();
    case SendQueue::Written::a_part:
      break;
  }
  waits_for_room_ = true;
  socket_->async_wait(Socket::wait_write, guarded([this](error_code error) {
                        waits_for_room_ = false;
                        if (error) return drop();
                        flush();
                      }));
}

}  // namespace decree::transport
