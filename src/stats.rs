//! Pure statistics: numbers in, numbers out. A leaf that every module may use; it knows nothing of customers or channels.
