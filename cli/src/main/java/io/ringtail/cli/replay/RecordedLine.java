package io.ringtail.cli.replay;

/**
 * One line of the file: one export request.
 *
 * @param number from 1
 * @param json as it stands in the file
 * @param protobuf the same, converted
 * @param spanCount spans of the request
 * @param latestEndNanos latest end of a span in it, nanoseconds since 1970: about when it was sent;
 *     0 if no span has an end
 */
record RecordedLine(
    long number, byte[] json, byte[] protobuf, long spanCount, long latestEndNanos) {}
