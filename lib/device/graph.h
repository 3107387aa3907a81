// A sequence of device work, recorded once and run again and again without the host's part: a CUDA graph.
#pragma once

#include <functional>
#include <memory>

namespace elubench::device {

class Graph {
 public:
  Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  // Records what `work` queues on the current stream, which must be a Scope's; nothing runs. What the same work
  // has to set up once it must have set up before, by running at least once. Forgets an earlier recording. Throws
  // Error that says why, where the work cannot be recorded.
  void record(const std::function<void()>& work);
  bool recorded() const;
  void replay();  // of what is recorded

 private:
  struct Recording;
  std::unique_ptr<Recording> recording_;
};

}  // namespace elubench::device
