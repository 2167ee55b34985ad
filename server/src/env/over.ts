/** The reason of what is aborted in the ordinary course: made once, where the platform would make an error with its stack each time. */
export const over = "over";
