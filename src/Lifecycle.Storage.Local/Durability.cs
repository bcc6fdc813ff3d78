namespace Lifecycle.Storage.Local;

/// <summary>What the object store has done when a call returns.</summary>
public enum Durability
{
    /// <summary>Bytes and names are on the disk: they survive a loss of power.</summary>
    Flushed,

    /// <summary>Nothing is flushed: faster, and a loss of power may take what was promised. For tests only.</summary>
    Relaxed,
}
