"""What is said and heard: templates and their filters, prompts, the machine's own phrases, recognition, durations."""
