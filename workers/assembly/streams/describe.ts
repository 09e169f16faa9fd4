// Fields of a segment's own payload, where it begins like a message or a record that is read.

export function describePayload(at: usize, end: usize): void {}
