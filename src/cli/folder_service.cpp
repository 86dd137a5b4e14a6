#include "app/node.hpp"
#include "cli/place.hpp"
#include "cli/service.hpp"
#include "edge/site.hpp"

#include <diptych/application.hpp>
#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace diptych::cli {

namespace {

using namespace std::chrono_literals;

/// How often a follower looks for what another process wrote.
constexpr auto look_again = 50ms;

application_options options_of(std::filesystem::path const& folder, need what) {
    return {
        .data = folder,
        .read_only = what == need::reading,
        .reserve_bytes = reserve_in(folder),
        .deliver = false,
        .threads = what != need::reading,
    };
}

edge::services services_of(app::node& node) {
    return {
        .log = node.log(),
        .commands = node.commands(),
        .views = node.views(),
        .time = node.time(),
        .inbox = node.inbox(),
        .outbox = node.outbox(),
        .intake = node.intake(),
        .queue = node.queue(),
        .messages = &node.messages()
    };
}

class folder_service final : public service {
public:
    folder_service(std::filesystem::path const& folder, need what)
        : needs_(what), app_(options_of(folder, what)) {
        if (what == need::serving_views && std::filesystem::is_directory(folder / "views"))
            app_.views(folder / "views");
        if (what != need::reading && std::filesystem::is_directory(folder / "inbox"))
            app_.inbox(folder / "inbox");
        if (what == need::serving_views && std::filesystem::is_directory(folder / "channels"))
            app_.channels(folder / "channels");
    }

    ~folder_service() override {
        site_.reset();
        (void)app_.close();
    }

    result<void> open() {
        DIPTYCH_TRY(app_.start());
        site_ = std::make_unique<edge::site>(
            services_of(app_.parts()), edge::site_options{.workers = 1}
        );
        return site_->start_without_server();
    }

    result<http::response> ask(http::request what, thinking_time) override {
        if (needs_ == need::reading) {
            DIPTYCH_TRY(app_.parts().log().refresh());
        }
        return site_->ask(std::move(what));
    }

    result<void> follow(
        http::request what,
        std::function<bool(std::string_view id, std::string_view data)> const& event,
        std::chrono::milliseconds
    ) override {
        while (true) {
            DIPTYCH_TRY(auto const answer, ask_well(what));
            DIPTYCH_TRY(auto const page, json::parse(answer.body));
            auto const events = page.root().find("events");
            auto const seen = page.root().find("seen");
            if (!events || !seen) return fail(errc::failed, "not a page: " + answer.body);
            for (auto const one : events->elements())
                if (!event(seen->text(), one.raw())) return {};
            std::erase_if(what.query, [](auto const& one) { return one.first == "after"; });
            what.query.emplace_back("after", seen->text());
            if (events->size() == 0) std::this_thread::sleep_for(look_again);
        }
    }

private:
    need const needs_;
    application app_;
    std::unique_ptr<edge::site> site_;
};

}  // namespace

result<std::unique_ptr<service>> open_folder(std::filesystem::path const& folder, need what) {
    auto made = std::make_unique<folder_service>(folder, what);
    if (auto opened = made->open(); !opened)
        return std::unexpected(with_way_to_server(std::move(opened).error()));
    return made;
}

}  // namespace diptych::cli
