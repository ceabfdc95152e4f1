/// What `RedisLimiter` runs at the server.
enum LimitScript {
    /// Takes `cost` of every key, or nothing; by the server's clock.
    ///
    /// The rules are those of the limiter in memory, in microseconds instead of nanoseconds. They are counted from the
    /// year 2025, since Lua has doubles alone: so a microsecond is divided into hundreds. A key holds two numbers. Of a
    /// rate: when the allowance of the long run is whole again, and that of the peak. Of a window: when it began, and
    /// what was taken. It lives as long as it differs from none.
    ///
    /// KEYS: one for each policy. ARGV: the cost, 1 when it is given back instead, then for each key `r`, the
    /// microseconds for one token of the long run and how many there are, the same of the peak; or `w`, the quota, the
    /// window in microseconds, 0, 0. Answers, for each key: microseconds until so much could be taken, 0 when it can
    /// be, -1 when never; what is left; and microseconds until the allowance is whole.
    static let take = RedisScript(
        """
        local time = redis.call('TIME')
        local now = (tonumber(time[1]) - 1735689600) * 1000000 + tonumber(time[2])
        local cost, back = tonumber(ARGV[1]), ARGV[2] == '1'
        local max, min, floor, ceil = math.max, math.min, math.floor, math.ceil
        local known, changed, answers, refused = {}, {}, {}, false
        local function bucket(full, interval, capacity)
            local depth = interval * capacity
            if cost * interval > depth then return -1 end
            return max(0, max(full, now) + cost * interval - depth - now)
        end
        local function left(full, interval, capacity)
            return max(0, floor((interval * capacity - max(0, full - now)) / interval + 0.000001))
        end
        local states = redis.call('MGET', unpack(KEYS))
        for index, key in ipairs(KEYS) do
            if not known[key] then
                local first, second = 0, 0
                if states[index] then
                    local one, two = string.match(states[index], '^(%S+) (%S+)$')
                    first, second = tonumber(one) or 0, tonumber(two) or 0
                end
                known[key] = { first, second }
            end
        end
        for index, key in ipairs(KEYS) do
            local place = 3 + (index - 1) * 5
            local kind, a, b = ARGV[place], tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
            local c, d = tonumber(ARGV[place + 3]), tonumber(ARGV[place + 4])
            local state = changed[key] or known[key]
            local first, second, wait = state[1], state[2], 0
            if kind == 'r' then
                if back then
                    first, second = first - cost * a, second - cost * c
                else
                    local long, peak = bucket(first, a, b), bucket(second, c, d)
                    wait = (long < 0 or peak < 0) and -1 or max(long, peak)
                    if wait == 0 then first, second = max(first, now) + cost * a, max(second, now) + cost * c end
                end
            else
                if second == 0 or first + b <= now then first, second = now, 0 end
                if back then
                    second = max(0, second - cost)
                elseif cost > a then
                    wait = -1
                elseif second + cost > a then
                    wait = first + b - now
                else
                    second = second + cost
                end
            end
            if wait == 0 then changed[key] = { first, second } else refused = true end
            answers[index] = { ceil(wait), kind, a, b, c, d, key }
        end
        for index, answer in ipairs(answers) do
            local wait, kind, a, b, c, d, key = unpack(answer)
            local state = known[key]
            if not refused then state = changed[key] end
            local first, second, remaining, reset = state[1], state[2], 0, 0
            if kind == 'r' then
                remaining = min(left(first, a, b), left(second, c, d))
                reset = max(0, max(first, second) - now)
            elseif second == 0 or first + b <= now then
                remaining = a
            else
                remaining, reset = a - second, first + b - now
            end
            if not refused then
                if reset > 0 then
                    redis.call('SET', key, string.format('%.3f %.3f', first, second), 'PX', ceil(reset / 1000) + 1)
                elseif states[index] then
                    redis.call('DEL', key)
                end
            end
            answers[index] = { wait, floor(remaining), ceil(reset) }
        end
        return answers
        """)
}
