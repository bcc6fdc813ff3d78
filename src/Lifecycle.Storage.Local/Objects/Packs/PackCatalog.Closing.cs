namespace Lifecycle.Storage.Local;

/// <content>The end of a catalog that was made for one task.</content>
internal sealed partial class PackCatalog
{
    /// <summary>
    /// Closes and unmaps every file, so that packs that were removed give their blocks back to the disk. Nobody uses the catalog or its packs after this.
    /// </summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (PackReader pack in _state?.All ?? [])
            {
                _handles.Close(pack);
                pack.Close();
            }

            foreach (Covering covering in _state?.Covering ?? [])
            {
                covering.Index.Table.Dispose();
            }

            _state = null;
        }
    }
}
