#include "examples/kv/pipeline.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "examples/kv/engine_error.h"

namespace decree::kv {
namespace {

constexpr std::size_t kMaxUnderWay = 1024;
constexpr std::size_t kMaxCharge = 4u << 20;
// Beyond it requests wait. Clients send a whole pipeline before they read its first reply.
constexpr std::size_t kMaxOutputBytes = 32u << 20;
constexpr std::size_t kMaxHeldBytes = 2 * ReplyWriter::kMaxReplyBytes;
constexpr std::size_t kReadAheadBytes = 64 * 1024;

std::string error_reply(std::string_view error) {
  std::string text;
  ReplyWriter(&text).error(error);
  return text;
}

}  // namespace

Pipeline::Pipeline(Service& service, Client client, std::function<void()> on_change)
    : service_(service),
      client_(std::move(client)),
      on_change_(std::move(on_change)),
      input_(kMaxCommandBytes + kReadAheadBytes) {}

void Pipeline::process() {
  if (processing_) {
    again_ = true;
    return;
  }
  processing_ = true;
  do {
    again_ = false;
    answers_.take(&output_);
    while (take_request()) {
    }
    submit_reads();
    answers_.take(&output_);
  } while (again_);
  processing_ = false;
  if (!abandoned_) {
    on_change_();
  }
}

void Pipeline::process_later() {
  if (std::exchange(posted_, true)) {
    return;
  }
  boost::asio::post(service_.replica.executor(), [self = shared_from_this()] {
    self->posted_ = false;
    self->process();
  });
}

std::size_t Pipeline::max_output() const {
  return std::min(kMaxOutputBytes, service_.limits.buffer_bytes / 8);
}

bool Pipeline::take_request() {
  if (finishing_ || answers_.size() >= kMaxUnderWay || output_.size() > max_output()) {
    return false;
  }
  const RequestParser::Result result = parser_.parse(input_.view());
  needs_input_ = result == RequestParser::Result::incomplete;
  if (result == RequestParser::Result::failed) {
    answer_error(answers_.expect(0), "ERR " + parser_.error());
    broken_ = true;
  }
  if (result != RequestParser::Result::complete) {
    finishing_ = broken_ || ended_;
    return false;
  }
  if (!parser_.arguments().empty() && !dispatch(parser_.arguments())) {
    return false;
  }
  input_.consume(parser_.consumed());
  parser_.reset();
  return true;
}

// False if the request must wait; it is dispatched again later.
bool Pipeline::dispatch(Arguments arguments) {
  const Command* command = find_command(arguments[0]);
  if (command && command->kind != Kind::internal) {
    return dispatch(*command, arguments);
  }
  // A browser that was made to talk to us; Redis hangs up on it, too.
  if (is_word(arguments[0], "post") || is_word(arguments[0], "host:")) {
    finishing_ = broken_ = true;
    return true;
  }
  return refuse(unknown_command(arguments));
}

bool Pipeline::dispatch(const Command& command, Arguments arguments) {
  if (!command.accepts(arguments.size())) {
    return refuse(wrong_arity(command.name));
  }
  if (command.grows && service_.machine.keys().bytes() > service_.limits.data_bytes) {
    return refuse("OOM command not allowed when used memory > 'maxmemory'.");
  }
  if (!start(command, arguments)) {
    return false;
  }
  ++service_.commands;
  return true;
}

bool Pipeline::refuse(std::string_view error) {
  submit_reads();
  answer_error(answers_.expect(0), error);
  return true;
}

bool Pipeline::start(const Command& command, Arguments arguments) {
  const std::size_t charge = charge_of(command, arguments);
  if (!answers_.empty() && answers_.charged() + charge > kMaxCharge) {
    return false;
  }
  switch (command.kind) {
    case Kind::connection:
      if (writes_ > 0 || reads_ > 0) {
        return false;
      }
      answer_here(command, arguments);
      return true;
    case Kind::write:
      return propose(arguments, charge);
    case Kind::read:
      if (writes_ > 0 || service_.expirer.settle()) {
        return propose(arguments, charge);
      }
      return add_read(arguments, charge);
    case Kind::query:
      return writes_ == 0 && add_read(arguments, charge);
    case Kind::internal:
      break;
  }
  return true;
}

void Pipeline::answer_here(const Command& command, Arguments arguments) {
  std::string text;
  ReplyWriter reply(&text);
  client_.execute(command, arguments, reply);
  answer(answers_.expect(0), std::move(text));
  finishing_ = finishing_ || client_.has_quit();
}

// What goes into the log: the bytes as they came, or an inline command as an array.
std::string_view Pipeline::raw_request(Arguments arguments) {
  if (!parser_.is_inline()) {
    return input_.view().substr(0, parser_.consumed());
  }
  encoded_.clear();
  append_request(arguments, &encoded_);
  return encoded_;
}

bool Pipeline::propose(Arguments arguments, std::size_t charge) {
  if (reads_ > 0) {
    return false;
  }
  const std::string_view request = raw_request(arguments);
  const std::uint64_t number = answers_.expect(charge);
  ++writes_;
  largest_write_ = std::max(largest_write_, request.size());
  service_.replica.async_propose(request, [self = shared_from_this(), number](
                                              boost::system::error_code error, const Reply& reply) {
    if (error) {
      self->answer_error(number, engine_error(error));
    } else {
      self->answer(number, std::string(reply.text()));
    }
    self->write_done();
  });
  return true;
}

// The last one answers at once; before it, what arrives in one turn goes out together.
void Pipeline::write_done() {
  if (--writes_ == 0) {
    largest_write_ = 0;
    process();
  } else {
    process_later();
  }
}

bool Pipeline::add_read(Arguments arguments, std::size_t charge) {
  if (!batch_) {
    batch_ = std::make_shared<Batch>();
    batch_->first = answers_.next();
    batch_->consistency = client_.reads_locally() ? Consistency::local : Consistency::linearizable;
  }
  batch_->requests += raw_request(arguments);
  ++batch_->count;
  ++reads_;
  answers_.expect(charge);
  return true;
}

void Pipeline::submit_reads() {
  if (!batch_) {
    return;
  }
  const std::shared_ptr<Batch> batch = std::exchange(batch_, nullptr);
  service_.replica.async_read([self = shared_from_this(), batch] { self->run(*batch); },
                              batch->consistency,
                              [self = shared_from_this(), batch](boost::system::error_code error) {
                                self->reads_done(*batch, error);
                              });
}

void Pipeline::run(const Batch& batch) {
  RequestParser parser(kMaxCommandBytes + kReadAheadBytes);
  std::string_view rest = batch.requests;
  for (std::uint64_t number = batch.first; !rest.empty() && !overflowed_; ++number) {
    parser.reset();
    parser.parse(rest);
    const Arguments arguments = parser.arguments();
    std::string text;
    service_.machine.look(*find_command(arguments[0]), arguments, &text);
    answer(number, std::move(text));
    rest.remove_prefix(parser.consumed());
  }
}

void Pipeline::reads_done(const Batch& batch, boost::system::error_code error) {
  for (std::size_t i = 0; error && i < batch.count; ++i) {
    answer_error(batch.first + i, engine_error(error));
  }
  reads_ -= batch.count;
  process();
}

// A value may be as long as the one that is there, or as one that is being written.
std::size_t Pipeline::charge_of(const Command& command, Arguments arguments) const {
  const std::size_t request = parser_.consumed();
  const bool asked = command.reply_size == ReplySize::values ||
                     (command.reply_size == ReplySize::value_if_asked && arguments.size() > 3);
  if (command.reply_size == ReplySize::many) {
    return kMaxCharge;
  }
  if (!asked) {
    return request;
  }
  std::size_t values = 0;
  const std::size_t end = command.last_key < 0 ? arguments.size() : 2;
  for (std::size_t i = 1; i < end; ++i) {
    const std::string* value = service_.machine.keys().find(arguments[i]);
    values += std::max(value ? value->size() : 0, largest_write_);
  }
  return request + values;
}

void Pipeline::answer(std::uint64_t number, std::string text) {
  if (overflowed_) {
    return;
  }
  answers_.set(number, std::move(text));
  if (answers_.held() + output_.size() > kMaxHeldBytes) {
    answers_.drop();
    overflowed_ = finishing_ = true;
  }
}

void Pipeline::answer_error(std::uint64_t number, std::string_view error) {
  answer(number, error_reply(error));
}

bool Pipeline::wants_input() const {
  return !finishing_ && !ended_ && !input_.full() &&
         (needs_input_ || input_.view().size() < kReadAheadBytes);
}

void Pipeline::end_input() {
  ended_ = true;
  process();
}

void Pipeline::abandon() { finishing_ = abandoned_ = true; }

std::size_t Pipeline::memory() const {
  return input_.capacity() + parser_.memory() + output_.capacity() + answers_.held();
}

}  // namespace decree::kv
