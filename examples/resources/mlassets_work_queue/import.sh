terraform import mlassets_work_queue.default nba-platform-prod/default
