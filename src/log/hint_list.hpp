/// @file
/// Who wants to be told that there may be more.
#pragma once

#include <diptych/event_log.hpp>

#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace diptych::log {

/// Thread-safe. Registrations may outlive it.
class hint_list {
public:
    hint_registration add(std::function<void()> hint) {
        auto const lock = std::scoped_lock(all_->mutex);
        all_->hints.push_front(std::move(hint));
        // Waits for a call that is under way, so that nothing is called once it is gone.
        auto const remove = [all = all_, place = all_->hints.begin()](void*) {
            auto const guard = std::scoped_lock(all->mutex);
            all->hints.erase(place);
        };
        return hint_registration(this, remove);
    }

    /// What a hint throws is dropped: it is nothing that whoever commits could act on.
    void call() const {
        auto const lock = std::scoped_lock(all_->mutex);
        for (auto const& hint : all_->hints) {
            try {
                hint();
            } catch (...) {
                continue;
            }
        }
    }

private:
    struct shared {
        std::mutex mutex;  // guards hints
        std::list<std::function<void()>> hints;
    };
    std::shared_ptr<shared> all_ = std::make_shared<shared>();
};

}  // namespace diptych::log
