/// @file
/// The threads of a node: the only ones there are, besides those of the HTTP server.
#pragma once

#include "app/node.hpp"
#include "app/view_checker.hpp"
#include "app/worker.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

/// Steps a node until destroyed: one thread commits, one indexes, one writes snapshots, and each
/// view, process and channel has one. One more builds versions of views beside those that are
/// served, and one compares views with the log if that is wanted. Keeps a reference: the node must
/// outlive it.
class runtime {
public:
    runtime(node& of, worker::report_function report);
    ~runtime();
    runtime(runtime const&) = delete;
    runtime& operator=(runtime const&) = delete;

private:
    void start_writing(node& of);
    void add_view(std::string_view name);
    result<bool> build();
    void start_checking(node& of);
    worker& add(std::string name, worker_pace pace, worker::step_function step);

    node& node_;
    worker::report_function report_;
    std::mutex adding_;  // guards the next two: views are added while others are at work
    std::vector<std::unique_ptr<worker>> workers_;
    std::map<std::string, worker*, std::less<>> views_;  // those of them that step a view
    std::stop_source ended_;                             // for what rests or takes long
    std::unique_ptr<worker> builder_;
    std::unique_ptr<view_checker> check_;
    std::unique_ptr<worker> checker_;
    std::unique_ptr<worker> indexer_;
    std::unique_ptr<worker> committer_;
    std::unique_ptr<worker> runner_;  // of errands
    hint_registration more_;          // wakes those that follow the log
};

}  // namespace diptych::app
