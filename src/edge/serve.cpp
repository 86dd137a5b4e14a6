#include "app/application_state.hpp"
#include "edge/site.hpp"

#include <diptych/application.hpp>
#include <diptych/try.hpp>

#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <unistd.h>

namespace diptych {

namespace {

/// Where a signal handler reports; there is one per process, as there is one disposition of each
/// signal.
std::atomic<int> signalled = -1;

extern "C" void on_ending_signal(int) {
    std::uint64_t const one = 1;
    (void)!::write(signalled, &one, sizeof one);
}

/// Something to wait for: a signal that ends programs, or stop().
class end_of_service {
public:
    end_of_service() : event_(::eventfd(0, EFD_CLOEXEC)) {
        signalled = event_;
        struct sigaction on_end{};
        on_end.sa_handler = on_ending_signal;
        ::sigaction(SIGINT, &on_end, &interrupt_before_);
        ::sigaction(SIGTERM, &on_end, &terminate_before_);
    }
    ~end_of_service() {
        ::sigaction(SIGINT, &interrupt_before_, nullptr);
        ::sigaction(SIGTERM, &terminate_before_, nullptr);
        signalled = -1;
        ::close(event_);
    }
    end_of_service(end_of_service const&) = delete;
    end_of_service& operator=(end_of_service const&) = delete;

    void wait() const {
        std::uint64_t count = 0;
        while (::read(event_, &count, sizeof count) < 0 && errno == EINTR) {
        }
    }

    void stop() const {
        std::uint64_t const one = 1;
        (void)!::write(event_, &one, sizeof one);
    }

private:
    int event_;
    struct sigaction interrupt_before_{};
    struct sigaction terminate_before_{};
};

edge::services services_of(app::node& node) {
    edge::services all{
        .log = node.log(), .commands = node.commands(), .views = node.views(), .time = node.time()
    };
    for (auto const& [name, runner] : node.processes())
        all.processes.emplace_back(name, runner.get());
    all.inbox = node.inbox();
    all.outbox = node.outbox();
    all.intake = node.intake();
    all.queue = node.queue();
    all.messages = &node.messages();
    all.view_faults = [&files = node.view_files()] { return files.faults(); };
    all.source = node.options().source;
    // What is only read is changed where it is written.
    if (node.options().read_only) return all;
    all.put_view = [&files = node.view_files()](auto name, auto text, bool by_itself) {
        return files.put(name, text, by_itself);
    };
    return all;
}

}  // namespace

result<void> application::serve(serve_options const& options) {
    DIPTYCH_TRY(start());
    end_of_service const end;
    edge::site_options how{
        .token = options.token, .jwt = options.jwt, .routes = implementation_->routes
    };
    how.server.address = options.http;
    how.server.complain = implementation_->options.complain;
    how.wait_max = implementation_->options.wait_max;
    edge::site site(services_of(*implementation_->node), std::move(how));
    DIPTYCH_TRY(site.start());
    {
        std::lock_guard const lock(implementation_->serving);
        implementation_->stop_serving = [&end] { end.stop(); };
    }
    if (options.ready)
        options.ready(site.address());
    else
        std::cerr << "serving http://" + std::string(site.address()) + '\n';
    end.wait();
    {
        std::lock_guard const lock(implementation_->serving);
        implementation_->stop_serving = {};
    }
    site.stop();
    return {};
}

void application::stop() {
    std::lock_guard const lock(implementation_->serving);
    if (implementation_->stop_serving) implementation_->stop_serving();
}

}  // namespace diptych
