#include "bench/command_times.h"

namespace decree::bench {

CommandTimes::CommandTimes(const LoadRequest& request)
    : due_(request.outstanding, now_ns()),
      in_flight_(request.outstanding),
      start_(due_.front()),
      end_(start_ + static_cast<std::int64_t>(request.seconds * 1e9)),
      last_(start_) {}

bool CommandTimes::completed(std::size_t place, const std::string& problem) {
  last_ = now_ns();
  if (problem.empty()) {
    latencies_.record(static_cast<std::uint64_t>(last_ - due_[place]));
  } else {
    problem_ = problem;
  }
  due_[place] = last_;
  const bool goes_on = last_ < end_ && problem_.empty();
  in_flight_ -= goes_on ? 0 : 1;
  return goes_on;
}

LoadResult CommandTimes::result() const {
  LoadResult result = summary(latencies_, last_ - start_);
  result.problem = problem_;
  return result;
}

}  // namespace decree::bench
