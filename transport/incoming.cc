#include "transport/incoming.h"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>

namespace decree::transport {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code error;
  const asio::ip::tcp::endpoint remote = socket.remote_endpoint(error);
  return error ? "somebody" : remote.address().to_string();
}

}  // namespace

Incoming::Incoming(LinkContext& context, asio::ip::tcp::socket socket)
    : context_(context),
      socket_(std::move(socket)),
      address_(address_of(socket_)),
      deadline_(context.io) {}

void Incoming::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  tune(socket_, context_.limits().dead);
  deadline_.expires_after(context_.limits().hello);
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->state_ == State::closed || self->state_ == State::peer) return;
    if (self->state_ == State::stranger) {
      self->context_.notices.report({}, Side::accepted,
                                    self->address_ + " connected and said no hello in time");
    }
    self->end();
  });
  wait();
}

void Incoming::close() {
  state_ = State::closed;
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (!descriptor_) return;
  ::shutdown(descriptor_.get(), SHUT_RDWR);  // ends what is being received
  if (!receiving_) descriptor_.reset();
}

void Incoming::end() {
  if (state_ == State::closed) return;
  close();
  context_.owner.incoming_closed(shared_from_this());
}

void Incoming::wait() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](error_code error) {
                       if (self->state_ == State::closed) return;
                       if (error) return self->end();
                       self->read();
                     });
}

void Incoming::read() {
  const std::span<std::byte> space = buffer_.space(next_frame_bytes_);
  error_code error;
  const std::size_t size = socket_.read_some(asio::buffer(space.data(), space.size()), error);
  if (error && error != asio::error::would_block) return end();
  if (state_ == State::stranger) {  // who was refused reads why, and closes
    buffer_.received(size);
    take_frames();
  }
  if (state_ == State::peer) return receive();
  if (state_ != State::closed) wait();
}

void Incoming::receive() {
  receiving_ = shared_from_this();
  context_.proactor.receive(descriptor_.get(), buffer_.space(next_frame_bytes_), *this);
}

void Incoming::completed(int result) {
  const std::shared_ptr<Incoming> self = std::move(receiving_);
  if (state_ == State::closed) return descriptor_.reset();
  if (result == -EINTR || result == -EAGAIN) return receive();
  if (result <= 0) return end();
  buffer_.received(static_cast<std::size_t>(result));
  take_frames();
  if (state_ == State::peer) receive();
}

void Incoming::take_frames() {
  while (state_ == State::stranger || state_ == State::peer) {
    next_frame_bytes_ = kHeaderBytes;
    const std::span<const std::byte> unread = buffer_.unread();
    if (unread.size() < kHeaderBytes) return;
    const FrameHeader header = read_header(unread);
    const std::size_t most = state_ == State::peer ? kMaxFrameBytes : kMaxHelloBytes;
    const std::string problem = header_problem(header, context_.options.origin, most);
    if (!problem.empty()) return reject(header, problem);
    next_frame_bytes_ = header.frame_bytes();
    if (unread.size() < next_frame_bytes_) return;
    if (!checksum_good(unread.first(next_frame_bytes_))) return reject(header, "bad checksum");
    take_frame(header, buffer_.take(next_frame_bytes_));
  }
}

void Incoming::take_frame(const FrameHeader& header, const Payload& frame) {
  if (state_ == State::stranger) return greet(header, frame);
  if (header.sender != peer_.value) return reject(header, "another sender than in its hello");
  if (header.type == FrameType::hello) return reject(header, "a second hello");
  if (header.type != FrameType::hello_answer) return context_.events.on_frame(peer_, frame);
  const std::optional<HelloAnswer> refusal = decode_hello_answer(frame.view);
  reject(header, "it refuses this replica: " + (refusal ? refusal->reason : "malformed answer"));
}

void Incoming::greet(const FrameHeader& header, const Payload& frame) {
  const std::optional<Hello> hello = decode_hello(frame.view);
  if (!hello) return reject(header, "malformed hello");
  const std::string reason = context_.admission.judge(header, *hello);
  if (!reason.empty()) return reject(header, reason);
  if (!answer(true, "")) return end();
  state_ = State::peer;
  peer_ = ReplicaId{header.sender};
  peer_start_ = hello->own.start;
  deadline_.cancel();
  buffer_.set_capacity(context_.limits().receive_bytes);
  if (!leave_asio()) return end();
  context_.owner.incoming_ready(shared_from_this());
}

bool Incoming::leave_asio() {
  error_code error;
  socket_.non_blocking(false, error);
  if (!error) descriptor_ = UniqueFd(socket_.release(error));
  return !error;
}

// The socket is new and its buffer empty: an answer that does not fit means that it is broken.
bool Incoming::answer(bool accepted, const std::string& reason) {
  const Payload frame =
      encode(context_.options.origin, HelloAnswer{accepted, context_.events.introduce(), reason});
  error_code error;
  const std::size_t sent =
      socket_.write_some(asio::buffer(frame.view.data(), frame.view.size()), error);
  return !error && sent == frame.size();
}

void Incoming::reject(const FrameHeader& header, const std::string& problem) {
  if (state_ == State::stranger) return reject_stranger(header, problem);
  context_.notices.report(peer_, Side::accepted,
                          "connection of replica " + std::to_string(peer_.value) + " at " +
                              address_ + " closed: " + problem);
  end();
}

void Incoming::reject_stranger(const FrameHeader& header, const std::string& problem) {
  const bool speaks_decree = header.magic == kMagic;
  const ReplicaId claimed{speaks_decree ? header.sender : 0};
  const bool is_peer = context_.admission.is_peer(claimed);
  const std::string who =
      speaks_decree ? " calling itself replica " + std::to_string(header.sender) : "";
  context_.notices.report(is_peer ? claimed : ReplicaId{}, Side::accepted,
                          "refused " + address_ + who + ": " + problem);
  if (!speaks_decree || !answer(false, problem)) return end();
  // Closing at once could reset the connection under the answer. The deadline still runs.
  state_ = State::refused;
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace decree::transport
